// What has to hold in every engine: the main job from end to end, against the local AWS.
import assert from "node:assert/strict";
import { startLocalAws } from "../../scripts/start/local-aws.mjs";
import { controls, endpoints, idToken, userNamed } from "../e2e/support/local.mjs";
import { startSite } from "./site.mjs";

/** Starts what the checks stand on, around a session with an engine. */
export async function startStage(session) {
  const [localAws, site] = await Promise.all([startLocalAws(0), startSite()]);
  const aws = controls(localAws.url);
  const config = await aws.config();
  const guest = { identityPoolId: config.identityPoolId, endpoints: endpoints(config) };
  const token = await idToken(config, userNamed(config, "alice"));
  return {
    ...{ aws, guest, at: config.endpoints, faults: `${localAws.url}/_local/faults` },
    alice: { ...guest, logins: { [config.loginKey]: token } },
    ask: (name, task, policy) => site.ask(session, { name, ...task }, policy),
    stop: () => Promise.all([site.stop(), localAws.stop()]),
  };
}

/** What a task gave, which must not have failed. */
const value = ({ value, error }) => {
  assert.equal(error, undefined, JSON.stringify(error));
  return value;
};

/** What a task failed with, which is to be this. */
function refused({ error }, facts) {
  assert.ok(error, "it is refused");
  for (const [name, fact] of Object.entries(facts)) assert.match(String(error[name]), fact, JSON.stringify(error));
}

/** What two clients tell each other, and the states of each one's socket, which is dropped before the last of it. */
const SAID = ["kettle ☕ <b>", "copper", "here again"];
const STATES = ["connecting", "connected", "closed", "connecting", "connected", "idle"];

export const checks = {
  "a guest's signed call is accepted, by both entries": async ({ ask, guest, at }) => {
    const url = `${at.rest}/items`;
    assert.deepEqual(value(await ask("call", { options: guest, url })), { status: 200, items: [] });
    assert.equal(value(await ask("callLean", { options: guest, url })), 200);
  },

  "the module is loaded by the next call, if it cannot be had at first": async ({ ask, guest, at }) => {
    const ends = value(await ask("loadedAgain", { options: guest, url: `${at.rest}/items` }));
    assert.deepEqual(ends, ["WASM_LOAD", 200]);
  },

  "a user signs in, and makes, reads and deletes an item": async ({ ask, alice, at }) => {
    assert.equal(value(await ask("whoami", { options: alice })).role, "LocalUser");
    const made = value(await ask("items", { options: alice, url: `${at.rest}/items` }));
    assert.deepEqual(made, { name: "Zoë ☂", statuses: [201, 200, 204] });
  },

  "what was refused, and what CORS hides, is explained": async ({ ask, alice, at }) => {
    const urls = [`${at.rest}/secret`, `${at.restWithoutCors}/secret`, "http://nobody.localhost:9/"];
    const endpoints = [...alice.endpoints, { url: urls[2], service: "execute-api", region: "us-east-1" }];
    const found = value(await ask("explained", { options: { ...alice, endpoints }, urls }));
    assert.deepEqual(found, [
      ["explicit-deny", true],
      ["cors-hidden", false],
      ["no-server", true],
    ]);
  },

  "doctor goes through all steps": async ({ ask, alice, at }) => {
    const steps = [
      "options",
      "pool",
      "identity",
      "credentials",
      "clock",
      "whoami",
      "endpoint",
      "host",
      "preflight",
      "call",
    ];
    const rows = value(await ask("examined", { options: alice, url: `${at.rest}/items` }));
    assert.deepEqual(
      rows,
      steps.map((step) => `${step} passed`),
    );
  },

  "every kind of body arrives as the platform writes it": async ({ ask, guest, at }) => {
    const ends = value(await ask("bodies", { options: guest, url: `${at.rest}/echo/body` }));
    assert.deepEqual([...new Set(Object.values(ends))], [true], JSON.stringify(ends));
    assert.equal(Object.keys(ends).length, 7);
  },

  "large bodies are hashed right, in a worker and without one": async ({ ask, guest, at }) => {
    const task = { options: guest, url: `${at.rest}/echo/body` };
    const right = { bytes: true, blob: true };
    assert.deepEqual(value(await ask("largeBodies", task)), { ...right, answers: 1 });
    const start = performance.now();
    assert.deepEqual(value(await ask("largeBodies", task, "strict")), { ...right, answers: 0 });
    // Without waiting for a worker that there cannot be.
    assert.ok(performance.now() - start < 8_000);
  },

  "a path and a query of difficult characters are signed as they are sent": async ({ ask, guest, at }) => {
    const url = `${at.rest}/echo/a b/ü%2F(!)*'/~x?q=a+b%20c&z=&a=ü&q=1`;
    assert.equal(value(await ask("call", { options: guest, url })).status, 200);
  },

  "the first hashes of a page are right, in five pages": async ({ ask }) => {
    const task = { module: "/pkg/wasm/sigfetch_bg.wasm", glue: "/pkg/wasm/sigfetch.js" };
    for (let page = 0; page < 5; page += 1) assert.equal(value(await ask("hashes", task)), 0);
  },

  "fifty first calls at once make one identity and fetch one set": async ({ ask, aws, guest, at }) => {
    assert.deepEqual(value(await ask("fifty", { options: guest, url: `${at.rest}/items` })), [200]);
    assert.deepEqual(await aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
  },

  "credentials that expired on the way are renewed, and the call is made again": async ({ ask, guest, at, faults }) => {
    assert.deepEqual(value(await ask("expired", { options: guest, url: `${at.rest}/items`, faults })), [200, 200]);
  },

  "an abort ends the call with its own reason": async ({ ask, guest, at }) => {
    assert.equal(value(await ask("aborted", { options: guest, url: `${at.rest}/items` })), true);
  },

  "bad options, bad logins and unknown hosts are refused with their codes": async ({ ask, guest, alice, at }) => {
    const url = `${at.rest}/items`;
    refused(await ask("call", { options: { ...guest, identityPoolId: "nonsense" }, url }), {
      code: /^INVALID_OPTION$/,
      field: /^options\.identityPoolId$/,
    });
    const logins = Object.fromEntries(Object.keys(alice.logins).map((key) => [key, "no.token.atall"]));
    refused(await ask("call", { options: { ...guest, logins }, url }), { code: /^LOGIN_REJECTED$/ });
    refused(await ask("call", { options: guest, url: "https://example.com/" }), { code: /^UNKNOWN_ENDPOINT$/ });
  },

  "a strict policy is enough, and one that forbids WebAssembly is named": async ({ ask, guest, at }) => {
    const task = { options: guest, url: `${at.rest}/items` };
    for (const name of ["call", "callLean"]) {
      value(await ask(name, task, "strict"));
      refused(await ask(name, task, "forbidding"), {
        code: /^WASM_LOAD$/,
        text: /Content Security Policy/,
        advice: /'wasm-unsafe-eval'/,
      });
    }
  },

  "a module that is none, and one that is not there, are told apart": async ({ ask, guest, at }) => {
    const task = (wasm) => ({ options: { ...guest, wasm }, url: `${at.rest}/items` });
    refused(await ask("call", task("/pkg/package.json")), { code: /^WASM_LOAD$/, text: /application\/json/ });
    refused(await ask("call", task("/pkg/nowhere.wasm")), { code: /^WASM_LOAD$/, text: /cannot be fetched/ });
  },

  "two clients talk through a subscription, and a dropped socket is one gap": async ({ ask, aws, ...stage }) => {
    const { guest, alice: user, at, faults } = stage;
    const heard = value(await ask("talkBySubscription", { guest, user, faults, url: at.graphql }));
    const message = (text) => ({ data: { noteAdded: { text } } });
    for (const one of heard) assert.deepEqual(one, { messages: SAID.map(message), gaps: 1, states: STATES });
    assert.equal(heard.length, 2);
    assert.equal((await aws.stats()).openSockets.graphqlRealtime, 0);
  },

  "two clients talk through a channel, and a dropped socket is one gap": async ({ ask, aws, ...stage }) => {
    const { guest, alice: user, at, faults } = stage;
    const heard = value(await ask("talkByEvents", { guest, user, faults, url: at.events }));
    for (const one of heard) assert.deepEqual(one, { messages: SAID, gaps: 1, states: STATES });
    assert.equal(heard.length, 2);
    assert.equal((await aws.stats()).openSockets.eventsRealtime, 0);
  },
};
