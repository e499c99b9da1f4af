// How long a first visit takes from the navigation until the first signed request leaves, beside others.
import { parseArgs } from "node:util";
import { build } from "../build.mjs";
import { main } from "../lib/main.mjs";
import { faint, strong } from "../lib/report.mjs";
import { table } from "../lib/table.mjs";
import { setUp } from "../setup.mjs";
import { compileLocalAws, startLocalAws } from "../start/local-aws.mjs";
import { contenders, pathOf, startSite } from "./cold/site.mjs";
import { surroundings, visit } from "./cold/visit.mjs";
import { startBrowser } from "./browser.mjs";
import { ratios, spread } from "./statistics.mjs";
import { figure, plain } from "./tables.mjs";

const kB = (bytes) => (bytes / 1_000).toFixed(1);

const USAGE = `npm run bench:cold -- [--rounds N]

  --rounds N  visits to each page under each condition; default 15`;

const control = async (aws, path, body) => {
  const init = body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await fetch(`${aws.url}/_local/${path}`, init);
  return response.json();
};

/** All visits under one condition: in each round every contender once, in an order that changes. */
async function measure(browser, site, settings, condition, rounds) {
  const samples = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of shuffled(contenders)) {
      const address = site.url + pathOf(contender);
      samples[contender.name].push(await visit(browser, address, settings, condition, contender.status));
    }
  }
  return samples;
}

const shuffled = (list) =>
  list
    .map((one) => [Math.random(), one])
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);

const all = (samples, read) =>
  Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, list.map(read)]));

/** How long until the signed request leaves, and its ratio to the reference within each round. */
function results(measured, site) {
  const reference = contenders.find((one) => one.reference).name;
  const times = measured.map(({ condition, samples }) => [condition.name, all(samples, ({ leaves }) => leaves)]);
  const columns = times.map(([name]) => name);
  return [
    table(
      "ms until the first signed request leaves",
      ["script, kB br", ...columns],
      contenders.map((contender) => [
        contender.name,
        kB(site.bytes(contender)),
        ...times.map(([, by]) => plain(spread(by[contender.name]))),
      ]),
    ),
    table(
      `× ${reference}`,
      columns,
      contenders.map(({ name }) => [name, ...times.map(([, by]) => plain(ratios(by[name], by[reference])))]),
    ),
    table(
      "medians: script there → GetId → GetCredentialsForIdentity → signed request → answer",
      columns,
      contenders.map(({ name }) => [name, ...measured.map(({ samples }) => phases(samples[name]))]),
    ),
  ].join("\n\n");
}

const phases = (visits) =>
  [({ script }) => script, ({ cognito: [id] }) => id, ({ cognito: [, credentials] }) => credentials]
    .concat([({ leaves }) => leaves, ({ answered }) => answered])
    .map((read) => visits.map(read))
    .map((times) => (times.includes(undefined) ? "–" : figure(spread(times).median)))
    .join(" → ");

/** Ours against the reference, by the medians of the ratios. */
const verdict = (measured) => {
  const reference = contenders.find((one) => one.reference).name;
  return table(
    "not slower than Amplify's leanest wiring",
    measured.map(({ condition }) => condition.name),
    contenders
      .filter(({ ours }) => ours)
      .map(({ name }) => [
        name,
        ...measured.map(({ samples }) => {
          const by = all(samples, ({ leaves }) => leaves);
          const { median } = ratios(by[name], by[reference]);
          return `${median <= 1 ? "held" : "missed"}, × ${figure(median)}`;
        }),
      ]),
  );
};

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" }, help: { type: "boolean" } } });
  if (values.help) return console.log(USAGE);
  await setUp("start", "bench");
  await build();
  await compileLocalAws();
  console.log(strong("Cold start"));
  const aws = await startLocalAws(0);
  const { endpoints: at, identityPoolId, region } = await control(aws, "config");
  const settings = {
    identityPoolId,
    region,
    cognitoIdentity: at.cognitoIdentity,
    url: `${at.rest}/items`,
    endpoints: [
      { url: at.cognitoIdentity, service: "cognito-identity" },
      { url: at.rest, service: "execute-api", region },
    ],
  };
  const site = await startSite(settings);
  const chromium = await startBrowser(site.url);
  try {
    const measured = [];
    for (const condition of surroundings) {
      console.log(faint(`  … ${condition.name}`));
      const latencyMs = condition.latencyMs && { cognitoIdentity: condition.latencyMs, rest: condition.latencyMs };
      await control(aws, "faults", { latencyMs: latencyMs ?? null });
      measured.push({
        condition,
        samples: await measure(chromium.browser, site, settings, condition, Number(values.rounds)),
      });
    }
    console.log([`Chromium ${chromium.version}`, results(measured, site), verdict(measured)].join("\n\n"));
  } finally {
    await chromium.close();
    site.stop();
    await aws.stop();
  }
});
