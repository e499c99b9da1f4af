// Libraries that take a fetch, or ask for a request's headers, work with this one: they read, they write, their errors
// tell what AWS says, and their ways to abort abort.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { useSetting } from "../e2e/support/setting.mjs";
import { serveApps } from "./bundle.mjs";

const at = useSetting({ newPages: true });
let apps;
before(async () => (apps = await serveApps()));
after(() => apps?.stop());

/** Opens an app of somebody with these options. */
async function open(name, options) {
  await at.page.goto(apps.page(name));
  await at.page.waitForFunction(() => globalThis.start);
  await at.page.evaluate(([options, at]) => globalThis.start(options, at), [options, at.config.endpoints]);
}

/** Calls the app, and gives how that ended. */
const call = (method, ...values) =>
  at.page.evaluate(([method, values]) => outcome(() => globalThis.app[method](...values)), [method, values]);

/** How the app's error looks for what AWS refuses, and what it tells of AWS's answer. */
const refusal = () =>
  at.page.evaluate(async () => {
    try {
      return { given: await globalThis.app.forbidden() };
    } catch (error) {
      return { name: error.name, isError: error instanceof Error, told: await globalThis.app.told(error) };
    }
  });

/** Aborts a call that the service is long in answering; gives how the call ended and how its request did. */
async function abort() {
  const failed = at.page.waitForEvent("requestfailed", { timeout: 3_000 });
  const ended = await at.page.evaluate(() => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    return outcome(() => globalThis.app.list(controller.signal));
  });
  return { said: ended.error?.text, failure: (await failed).failure().errorText };
}

const DENIED_BY_API = /User: arn:aws:sts::\d+:assumed-role\/LocalUser\/CognitoIdentityCredentials is not authorized/;
const DENIED_BY_APPSYNC = /Not Authorized to access audit/;
const DENIED_SUBSCRIPTION = /Not Authorized to access noteDeleted/;

const LIBRARIES = [
  { name: "graphql-request", service: "graphql", error: "Error" },
  { name: "apollo", service: "graphql", error: "CombinedGraphQLErrors" },
  { name: "urql", service: "graphql", error: "CombinedError" },
  { name: "relay", service: "graphql", error: "Error" },
  { name: "ky", service: "rest", error: "HTTPError" },
  { name: "axios", service: "rest", error: "AxiosError" },
  { name: "openapi-fetch", service: "rest", error: "Error" },
  { name: "tanstack-query", service: "rest", error: "Error" },
  { name: "maplibre", service: "rest", error: "Error", aborts: false },
];

for (const { name, service, error, aborts = true } of LIBRARIES) {
  test(`${name} writes, reads, tells of a refusal${aborts ? " and aborts" : ""}`, async () => {
    await open(name, service === "graphql" ? at.guest : at.alice);
    assert.deepEqual(await call("add", "Zoë ☂"), { value: "Zoë ☂" });
    assert.deepEqual(await call("list"), { value: ["Zoë ☂"] });

    const { told, ...rest } = await refusal();
    assert.deepEqual(rest, { name: error, isError: true });
    assert.match(told, service === "graphql" ? DENIED_BY_APPSYNC : DENIED_BY_API);

    if (!aborts) return;
    await at.aws.faults({ latencyMs: { [service]: 5_000 } });
    const { said, failure } = await abort();
    assert.match(said, /abort|cancel/i);
    assert.equal(failure, "net::ERR_ABORTED");
  });
}

/** Has the app listen, and waits until AppSync has acknowledged that; `name` is that of the texts that are heard. */
async function listen(name, starts) {
  await at.page.evaluate((name) => {
    globalThis[name] = [];
    globalThis.stop = globalThis.app.listen((text) => globalThis[name].push(text));
  }, name);
  while (((await at.aws.stats()).calls.graphqlRealtime?.start?.ok ?? 0) < starts);
}

const heard = (name, count) =>
  at.page
    .waitForFunction(([name, count]) => globalThis[name].length >= count && globalThis[name], [name, count])
    .then((found) => found.jsonValue());

for (const { name } of LIBRARIES.filter(({ service }) => service === "graphql")) {
  test(`${name} subscribes, stops, and tells of a refusal`, async () => {
    await open(name, at.guest);
    await listen("first", 1);
    for (const text of ["one", "two"]) await call("add", text);
    assert.deepEqual(await heard("first", 2), ["one", "two"]);
    await at.page.evaluate(() => globalThis.stop());

    await listen("second", 2);
    await call("add", "three");
    assert.deepEqual(await heard("second", 1), ["three"]);
    assert.deepEqual(await heard("first", 2), ["one", "two"]);

    const { error } = await call("listenForbidden");
    assert.match(JSON.stringify(error), DENIED_SUBSCRIPTION);
  });
}
