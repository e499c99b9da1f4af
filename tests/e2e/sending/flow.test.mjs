// The main job: from identity pool to signed calls, as a guest and as a user.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

const ROLE_SESSION = (role) =>
  new RegExp(`^arn:aws:sts::123456789012:assumed-role/${role}/CognitoIdentityCredentials$`);

test("a guest reads what guests may read, with one identity and one set of credentials", async () => {
  const status = await at.run(
    async ({ createClient }, { options, rest }) => {
      const { signedFetch } = createClient(options);
      const first = await signedFetch(`${rest}/items`);
      const second = await signedFetch(`${rest}/items`);
      return [first.status, await first.json(), second.status];
    },
    { options: at.guest, rest: at.config.endpoints.rest },
  );
  assert.deepEqual(status, [200, { items: [] }, 200]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 1, getCredentials: 1 });
});

test("a refusal of the API is a response, as with fetch, and its body can be read", async () => {
  const answers = await at.run(
    async ({ createClient }, { options, rest }) => {
      const aws = createClient(options);
      const denied = await aws.signedFetch(`${rest}/items`, { method: "POST", body: "{}" });
      const missing = await aws.signedFetch(`${rest}/items/none`);
      return [denied.status, await denied.text(), missing.status];
    },
    { options: at.guest, rest: at.config.endpoints.rest },
  );
  assert.equal(answers[0], 403);
  assert.match(answers[1], /not authorized to perform: execute-api:Invoke/);
  assert.equal(answers[2], 404);
});

for (const api of ["rest", "restWithoutCors", "http"]) {
  test(`a user makes, reads, replaces and deletes an item of the ${api} API`, async () => {
    const steps = await at.run(
      async ({ createClient }, { options, url }) => {
        const aws = createClient(options);
        const json = { "content-type": "application/json" };
        const send = async (path, init) => {
          const response = await aws.signedFetch(url + path, init);
          return [response.status, response.status === 204 ? "" : await response.json()];
        };
        const made = await send("/items", { method: "POST", headers: json, body: JSON.stringify({ name: "Zoë ☂" }) });
        const { id } = made[1];
        return {
          made,
          replaced: await send(`/items/${id}`, { method: "PUT", headers: json, body: '{"name":"b"}' }),
          read: await send(`/items/${id}`),
          deleted: await send(`/items/${id}`, { method: "DELETE" }),
          all: await send("/items"),
        };
      },
      { options: at.alice, url: at.config.endpoints[api] },
    );
    const { id } = steps.made[1];
    assert.deepEqual(steps, {
      made: [201, { id, name: "Zoë ☂" }],
      replaced: [200, { id, name: "b" }],
      read: [200, { id, name: "b" }],
      deleted: [204, ""],
      all: [200, { items: [] }],
    });
  });
}

test("whoami says which role guests and users have", async () => {
  const [guest, user] = await at.run(
    async ({ createClient }, both) => Promise.all(both.map((options) => createClient(options).whoami())),
    [at.guest, at.alice],
  );
  assert.equal(guest.account, "123456789012");
  assert.equal(guest.role, "LocalGuest");
  assert.match(guest.arn, ROLE_SESSION("LocalGuest"));
  assert.match(guest.userId, /:CognitoIdentityCredentials$/);
  assert.equal(user.role, "LocalUser");
  assert.match(user.arn, ROLE_SESSION("LocalUser"));
});

test("credentials have the shape of the AWS SDK's, and are the ones that sign", async () => {
  const seen = await at.run(async ({ createClient }, options) => {
    const { credentials, identityId } = createClient(options);
    const set = await credentials();
    return { set, isDate: set.expiration instanceof Date, id: await identityId() };
  }, at.guest);
  const { set } = seen;
  const names = ["accessKeyId", "expiration", "identityId", "secretAccessKey", "sessionToken"];
  assert.deepEqual(Object.keys(set).sort(), names);
  assert.match(set.accessKeyId, /^ASIA[A-Z0-9]{16}$/);
  assert.ok(set.secretAccessKey.length >= 30 && set.sessionToken.length > 30);
  assert.match(seen.id, /^us-east-1:[0-9a-f-]{36}$/);
  assert.equal(set.identityId, seen.id);
  assert.ok(seen.isDate);
  const minutes = (new Date(set.expiration) - Date.now()) / 60_000;
  assert.ok(minutes > 58 && minutes < 61, `expires in ${minutes} minutes`);
});

test("what sign gives is accepted when plain fetch sends it, and says nothing in its URL", async () => {
  const answers = await at.run(
    async ({ createClient }, { options, rest }) => {
      const aws = createClient(options);
      const signed = await aws.sign(`${rest}/items`, { method: "POST", body: '{"a":1}' });
      const url = signed.url;
      const has = ["authorization", "x-amz-date", "x-amz-security-token"].map((name) => signed.headers.has(name));
      const response = await fetch(signed);
      return { isRequest: signed instanceof Request, url, has, status: response.status, item: await response.json() };
    },
    { options: at.alice, rest: at.config.endpoints.rest },
  );
  assert.ok(answers.isRequest);
  assert.equal(answers.url, `${at.config.endpoints.rest}/items`);
  assert.deepEqual(answers.has, [true, true, true]);
  assert.equal(answers.status, 201);
  assert.equal(answers.item.a, 1);
});

test("one changed byte after signing is refused: the signature is what lets calls in", async () => {
  const statuses = await at.run(
    async ({ createClient }, { options, rest }) => {
      const aws = createClient(options);
      const signed = await aws.sign(`${rest}/echo/a?b=1`, { method: "POST", body: "body" });
      const headers = new Headers(signed.headers);
      const send = async (url, body) => (await fetch(url, { method: "POST", headers, body })).status;
      return [await send(signed.url, "body"), await send(signed.url, "bodz"), await send(`${signed.url}2`, "body")];
    },
    { options: at.alice, rest: at.config.endpoints.rest },
  );
  assert.deepEqual(statuses, [200, 403, 403]);
});

test("an API without CORS on its refusals fails as fetch fails, and the client goes on", async () => {
  const [blocked, after] = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const blocked = await outcome(aws.signedFetch(`${url}/items`, { method: "POST", body: "{}" }));
      return [blocked, (await aws.signedFetch(`${url}/items`)).status];
    },
    { options: at.guest, url: at.config.endpoints.restWithoutCors },
  );
  assert.equal(blocked.error.name, "TypeError");
  assert.equal(after, 200);
});

test("the same works in a worker", async () => {
  const seen = await at.run(
    async (_, given) => {
      const source = `import { createClient } from "${location.origin}/pkg/index.js";
        onmessage = async ({ data: { options, url } }) => {
          const aws = createClient(options);
          const response = await aws.signedFetch(url, { method: "POST", body: "from a worker" });
          postMessage([response.status, (await aws.whoami()).role]);
        };`;
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), {
        type: "module",
      });
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });
      worker.postMessage(given);
      return answer.finally(() => worker.terminate());
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.deepEqual(seen, [200, "LocalGuest"]);
});

test("two clients of one page are two identities that share nothing but the module", async () => {
  const seen = await at.run(
    async ({ createClient }, { guest, alice }) => {
      const [a, b, c] = [createClient(guest), createClient(guest), createClient(alice)];
      const ids = await Promise.all([a, b, c].map((client) => client.identityId()));
      a.signOut();
      const [left, role] = [await b.identityId(), (await c.whoami()).role];
      return { ids, left, role };
    },
    { guest: at.guest, alice: at.alice },
  );
  assert.equal(new Set(seen.ids).size, 3);
  assert.equal(seen.left, seen.ids[1]);
  assert.equal(seen.role, "LocalUser");
});

test("whoami without a region to ask in names the option", async () => {
  const end = await at.run(async ({ createClient }) => {
    const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "not used" };
    return outcome(createClient({ credentials }).whoami());
  });
  assertRefused(end, "INVALID_OPTION", { field: "options.region", retryable: false });
});
