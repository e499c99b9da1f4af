// A declared path is a fence: what a proxy or a server behind it might read as a way out is not signed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
const recorder = useRecorder();

/** Options of a guest who may call the recorder below this path. */
const below = (path) => ({
  ...at.guest,
  endpoints: [...at.guest.endpoints, { url: `${recorder.url}${path}`, service: "execute-api" }],
});

/** How calls of these paths end: a status, or the code and field of the refusal. */
const ends = (options, paths) =>
  at.run(
    async ({ createClient }, { options, urls }) => {
      const aws = createClient(options);
      const all = [];
      for (const url of urls) {
        for (const name of ["signedFetch", "sign", "signHeaders", "presign"]) {
          const { error } = await outcome(aws[name](url));
          all.push(error ? { code: error.code, field: error.field, message: error.message } : { isSigned: true });
        }
      }
      return all;
    },
    { options, urls: paths.map((path) => recorder.url + path) },
  );

const WAYS_OUT = [
  ...["..%2f", "..%2F", "%2e%2e%2f", "%2E%2E%2Fadmin", "a%2f..%2f..%2fadmin", "a/..%2f..%2fadmin", "..%2f..%2f"],
  ...["..%5c", "..%5C", "%2e%2e%5cadmin", "a%5c..%5cadmin"],
  ...["..;/admin", "..;a=b/admin", "%2e%2e;/admin", "a/..;/..;/admin", "..%3b/admin", "..%3B/admin", ".;/..;/admin"],
  ...["%252e%252e/admin", "%252e%252e%252fadmin", "..%252fadmin", "..%255cadmin", "%25252e%25252e/admin", ".%252e/x"],
  ...["a/..%2f", "a/%2e%2e%2f?x=1", "..%2f#x"],
];

for (const declared of ["/v1", "/v1/", "/v1/deep/er/"]) {
  test(`nothing is signed that may lead out of ${declared}`, async () => {
    const base = declared.replace(/\/$/, "");
    const seen = await ends(
      below(declared),
      WAYS_OUT.map((path) => `${base}/${path}`),
    );
    seen.forEach(({ isSigned, code, field }, number) => {
      const path = WAYS_OUT[number >> 2];
      assert.ok(!isSigned, `${path} was signed`);
      assert.match(code, /^(UNKNOWN_ENDPOINT|INVALID_REQUEST)$/, path);
      assert.equal(field, "input", path);
    });
    assert.deepEqual(recorder.seen, []);
  });
}

test("what stays below a declared path is signed, whatever dots, escapes and semicolons it has", async () => {
  const paths = [
    "",
    "/",
    "/a%2Fb",
    "/a%5Cb",
    "/...",
    "/..a",
    "/a..",
    "/a;b=1/c",
    "/a%2e%2eb",
    "/a%252eb",
    "/%C3%BC",
    "/a%3Bb",
  ];
  const seen = await ends(
    below("/v1"),
    paths.map((path) => `/v1${path}`),
  );
  seen.forEach(({ isSigned, code, message }, number) => {
    assert.ok(isSigned, `/v1${paths[number >> 2]}: ${code} ${message}`);
  });
});

test("a query and a fragment lead nowhere, so they may hold anything", async () => {
  const seen = await ends(below("/v1"), ["/v1/a?next=..%2f..%2fadmin", "/v1/a?b=..;/..;/", "/v1/a#..%2f"]);
  for (const { isSigned, message } of seen) assert.ok(isSigned, message);
});

test("where a whole host is declared there is nothing to get out of", async () => {
  const seen = await ends(below("/"), ["/a/..%2f..%2fadmin", "/..;/x", "/%252e%252e/x"]);
  for (const { isSigned, message } of seen) assert.ok(isSigned, message);
});

test("a pattern's path is a fence, too", async () => {
  const url = recorder.url.replace("localhost", "*.localhost");
  const options = { ...at.guest, endpoints: [...at.guest.endpoints, { url: `${url}/api/`, service: "execute-api" }] };
  const { error } = await at.run(
    async ({ createClient }, { options, url }) => outcome(createClient(options).signedFetch(url)),
    { options, url: `${recorder.url.replace("localhost", "a.localhost")}/api/..%2fadmin` },
  );
  assert.match(`${error?.code}`, /^(UNKNOWN_ENDPOINT|INVALID_REQUEST)$/);
  assert.deepEqual(recorder.seen, []);
});
