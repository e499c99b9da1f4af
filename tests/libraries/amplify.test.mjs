// AWS's own client takes the local AWS for AWS: what no one here wrote signs, frames and reads, and is understood.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { useSetting } from "../e2e/support/setting.mjs";
import { installFollow } from "../e2e/support/realtime.mjs";
import { serveApps } from "./bundle.mjs";

const at = useSetting({ newPages: true });
let apps;
before(async () => (apps = await serveApps()));
after(() => apps?.stop());

beforeEach(async () => {
  const { endpoints, region } = at.config;
  await at.page.addInitScript(installFollow);
  await at.page.goto(apps.page("amplify"));
  await at.page.waitForFunction(() => globalThis.start);
  const domains = [endpoints.graphqlDomain, endpoints.eventsDomain].map((url) => ({ url, service: "appsync", region }));
  const options = { ...at.guest, endpoints: [...at.guest.endpoints, ...domains] };
  await at.page.evaluate(
    ([options, endpoints]) => globalThis.start(options, endpoints),
    [options, { ...endpoints, region }],
  );
});

/** Waits until the local AWS has done something so often. */
async function done(service, operation, times) {
  while (((await at.aws.stats()).calls[service]?.[operation]?.ok ?? 0) < times);
}

test("Amplify subscribes, and hears what it adds", async () => {
  await at.page.evaluate(() => {
    globalThis.heard = [];
    globalThis.stop = app.listen((text) => heard.push(text));
  });
  await done("graphqlRealtime", "start", 1);
  const heard = await at.page.evaluate(async () => {
    const added = [await app.add("Zoë ☂ <b>"), await app.add("copper")];
    await until(() => heard.length === 2);
    stop();
    return { heard, added };
  });
  assert.deepEqual(heard, { heard: ["Zoë ☂ <b>", "copper"], added: ["Zoë ☂ <b>", "copper"] });
  assert.deepEqual((await at.aws.stats()).calls.graphqlRealtime, { connect: { ok: 1 }, start: { ok: 1 } });
});

test("Amplify is told what it may not subscribe to", async () => {
  const told = await at.page.evaluate(async () => {
    const heard = [];
    app.listen((text) => heard.push(text), "subscription { noteDeleted { id } }");
    await until(() => heard.length === 1);
    return heard;
  });
  assert.match(told[0], /Not Authorized to access noteDeleted/);
});

test("Amplify joins a channel, and hears what it publishes over the socket and over HTTP", async () => {
  await at.page.evaluate(async () => {
    globalThis.heard = [];
    globalThis.channel = await app.join("/default/room", (event) => heard.push(event));
  });
  await done("eventsRealtime", "subscribe", 1);
  const heard = await at.page.evaluate(async () => {
    await channel.publish({ of: "copper" });
    await app.post("/default/room", { over: "HTTP <b>" });
    await until(() => heard.length === 2);
    channel.close();
    return heard;
  });
  assert.deepEqual(heard, [{ of: "copper" }, { over: "HTTP <b>" }]);
  const { eventsRealtime, events } = (await at.aws.stats()).calls;
  assert.deepEqual(eventsRealtime, { connect: { ok: 1 }, subscribe: { ok: 1 }, publish: { ok: 1 } });
  assert.deepEqual(events, { publish: { ok: 1 } });
});
