// AppSync over HTTP: results, errors of fields, and refusals of the whole request.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

/** Runs these operations one after the other on one client of these options. */
const ask = (options, ...requests) =>
  at.run(
    async ({ createClient }, { options, url, requests }) => {
      const { graphql } = createClient(options);
      const ends = [];
      for (const request of requests) ends.push(await outcome(graphql(url, request)));
      return ends;
    },
    { options, url: at.config.endpoints.graphql, requests },
  );

test("a mutation with variables and a query", async () => {
  const [added, read] = await ask(
    at.guest,
    {
      query: "query Other { me { role } } mutation Add($text: String!) { addNote(text: $text) { id text } }",
      variables: { text: 'Zoë "☂"\n' },
      operationName: "Add",
    },
    { query: "{ notes { id text } me { role account } }" },
  );
  const note = added.value.data.addNote;
  assert.equal(note.text, 'Zoë "☂"\n');
  assert.deepEqual(read.value, {
    data: { notes: [note], me: { role: "LocalGuest", account: "123456789012" } },
  });
});

test("an error of a field comes in errors, beside the data of the others", async () => {
  const [end] = await ask(at.guest, { query: "{ me { role } audit { owner } }" });
  assert.deepEqual(end.value.data, { me: { role: "LocalGuest" }, audit: null });
  assert.equal(end.value.errors.length, 1);
  assert.equal(end.value.errors[0].errorType, "Unauthorized");
  assert.deepEqual(end.value.errors[0].path, ["audit"]);
});

test("a query that is no GraphQL comes in errors too", async () => {
  const [end] = await ask(at.guest, { query: "{ nonsense }" });
  assert.equal(end.value.data, null);
  assert.match(end.value.errors[0].message, /nonsense/);
});

test("a role without AppSync is told what to allow", async () => {
  const options = { ...at.guest, identityPoolId: at.config.identityPoolIdWithoutAppSync };
  const [end] = await ask(options, { query: "{ me { role } }" });
  assertRefused(end, "REFUSED", {
    serviceError: "UnauthorizedException",
    status: 401,
    retryable: false,
    message: /Permission denied/,
    advice: /appsync:GraphQL/,
    requestId: /^[0-9a-f-]{36}$/,
  });
});

for (const [fault, code, facts] of [
  [{ throttle: { service: "graphql", times: 4 } }, "THROTTLED", { status: 429, retryable: true }],
  [{ status5xx: { service: "graphql", status: 503 } }, "SERVICE_FAULT", { status: 503, retryable: true }],
]) {
  test(`${Object.keys(fault)[0]} ends in ${code}`, async () => {
    await at.run(async ({ createClient }, options) => (globalThis.aws = createClient(options)).identityId(), at.guest);
    await at.aws.faults(fault);
    const end = await at.run(
      (_, url) => outcome(globalThis.aws.graphql(url, { query: "{ me { role } }" })),
      at.config.endpoints.graphql,
    );
    assertRefused(end, code, facts);
  });
}

test("init's headers and signal count, its method and body do not", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const aws = createClient(options);
      const query = { query: "{ me { role } }" };
      const reason = new Error("enough");
      const other = { method: "DELETE", body: "other", headers: { "content-type": "application/graphql+json" } };
      return [
        await outcome(aws.graphql(new URL(url), query, other)),
        await outcome(aws.graphql(url, query, { signal: AbortSignal.abort(reason) })),
        await outcome(aws.graphql(url, query, { headers: { host: "elsewhere" } })),
      ];
    },
    { options: at.guest, url: at.config.endpoints.graphql },
  );
  assert.deepEqual(ends[0].value, { data: { me: { role: "LocalGuest" } } });
  assert.equal(ends[1].error.text, "Error: enough");
  assertRefused(ends[2], "INVALID_REQUEST", { field: 'init.headers["host"]' });
});

test("what is no GraphQL request is refused by name before anything is sent", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const { graphql } = createClient(options);
      const given = [undefined, null, "{ me }", {}, { query: 7 }];
      return Promise.all(given.map((request) => outcome(() => graphql(url, request))));
    },
    { options: at.guest, url: at.config.endpoints.graphql },
  );
  for (const end of ends) assertRefused(end, "INVALID_REQUEST", { field: "request.query" });
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 0, getCredentials: 0 });
});

test("headers that HTTP does not allow and variables that JSON does not know are named", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, url }) => {
      const { graphql } = createClient(options);
      const query = "{ me { role } }";
      return [
        await outcome(() => graphql(url, { query }, { headers: { "not a name": "x" } })),
        await outcome(() => graphql(url, { query, variables: { big: 1n } })),
      ];
    },
    { options: at.guest, url: at.config.endpoints.graphql },
  );
  assertRefused(ends[0], "INVALID_REQUEST", { field: "init.headers" });
  assertRefused(ends[1], "INVALID_REQUEST", { field: "request.variables" });
});

test("an answer that breaks off fails as fetch fails, and the client goes on", async () => {
  await at.aws.faults({ cut: { service: "graphql" } });
  const [end, after] = await ask(at.guest, { query: "{ me { role } }" }, { query: "{ me { role } }" });
  assert.equal(end.error.name, "TypeError");
  assert.deepEqual(after.value, { data: { me: { role: "LocalGuest" } } });
});
