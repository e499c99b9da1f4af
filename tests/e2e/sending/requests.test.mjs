// What goes over the wire is what plain fetch would send, and the signature fits it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
const recorder = useRecorder();
beforeEach(() => {
  at.guest.endpoints.push({ url: recorder.url, service: "execute-api", region: "us-east-1" });
});

/** What the signature adds. */
const ADDED = ["authorization", "x-amz-date", "x-amz-security-token"];

/** What arrived, without what may differ between two sendings of the same. */
function essence({ method, url, headers, bodySha256 }) {
  const kept = Object.entries(headers).filter(([name]) => !ADDED.includes(name));
  return { method, url, bodySha256, headers: Object.fromEntries(kept) };
}

/**
 * Calls `make(base)` in the page for the arguments of fetch: sends them plainly and signed to the recorder, which says
 * whether both are the same, and signed to the local AWS, which says whether the signature fits.
 */
async function assertSentAsFetchWould(make) {
  const { echo, status } = await at.run(
    new Function(
      "sigfetch",
      "given",
      `const make = ${make};
      return (async () => {
        const { signedFetch } = sigfetch.createClient(given.options);
        await fetch(...make(given.recorder));
        await signedFetch(...make(given.recorder));
        const response = await signedFetch(...make(given.echo));
        return { status: response.status, echo: await response.text() };
      })()`,
    ),
    { options: at.guest, recorder: recorder.url, echo: `${at.config.endpoints.rest}/echo` },
  );
  const [plain, signed] = recorder.seen.map(essence);
  assert.deepEqual(signed, plain);
  for (const name of ADDED) assert.ok(recorder.seen[1].headers[name], `${name} is missing`);
  assert.equal(status, 200, echo);
  if (plain.method === "HEAD") return;
  const arrived = JSON.parse(echo);
  assert.equal(arrived.method, plain.method);
  assert.equal(`${arrived.path}?${arrived.query}`, `/prod/echo${plain.url}${plain.url.includes("?") ? "" : "?"}`);
  assert.equal(arrived.bodySha256, plain.bodySha256);
  const contentType = arrived.headers.find(([name]) => name === "content-type")?.[1];
  assert.equal(contentType, plain.headers["content-type"]);
}

const PATHS = [
  "/a%20b/@x=/ü/it's(1)*!",
  "/a//b///c/",
  "/%2F/%252F/%c3%bc/%C3%BC",
  "/~-._/a:b;c,d&e+f$g/[1]|{2}^`",
  "/☂/日本/👩‍👧",
  "/a/./b/../c/%2e%2e",
  "/x?",
  "/x?b=2&a=1&a=0&A=3&a=",
  "/x?empty&empty=&=value&=&&",
  "/x?q=a+b&q=a%20b&q=a%2Bb",
  "/x?ü=☂&%C3%BC=%E2%98%82&a=%f0%9f%92%a9",
  "/x?a=b=c&d=/?:@!$'()*,;~[]{}|^`",
  "/x?a-b=1&a.b=2&a_b=3&a~b=4&a0=5&a=6",
  "/x?X-Amz-Date=1&x-amz-signature=2",
  "/x#fragment?no=query",
];
for (const path of PATHS) {
  test(`GET ${path}`, () => assertSentAsFetchWould(`(base) => [base + ${JSON.stringify(path)}]`));
}

const CALLS = {
  "a string as body": "(base) => [base + '/x', { method: 'POST', body: 'Zoë ☂ \\n\\u0000' }]",
  "an empty string as body": "(base) => [base + '/x', { method: 'POST', body: '' }]",
  "no body": "(base) => [base + '/x', { method: 'POST' }]",
  "a part of a Uint8Array":
    "(base) => [base + '/x', { method: 'PUT', body: new Uint8Array([9, 0, 255, 128, 9]).subarray(1, 4) }]",
  "an ArrayBuffer": "(base) => [base + '/x', { method: 'PATCH', body: new Uint8Array([0, 255, 13, 10]).buffer }]",
  "a Blob with a type": "(base) => [base + '/x', { method: 'POST', body: new Blob(['a,b'], { type: 'text/csv' }) }]",
  URLSearchParams: "(base) => [base + '/x', { method: 'POST', body: new URLSearchParams({ 'a b': '☂+' }) }]",
  "a body of 300 kB":
    "(base) => [base + '/x', { method: 'POST', body: new Uint8Array(300_000).map((_, at) => at % 251) }]",
  "DELETE without a body": "(base) => [base + '/x', { method: 'DELETE' }]",
  "DELETE with a body": "(base) => [base + '/x', { method: 'DELETE', body: 'why' }]",
  HEAD: "(base) => [base + '/x', { method: 'HEAD' }]",
  "a method in lower case": "(base) => [base + '/x', { method: 'post', body: 'a' }]",
  "a URL object": "(base) => [new URL(base + '/x?a=1')]",
  "a Request": "(base) => [new Request(base + '/x', { method: 'POST', body: 'a', headers: { 'x-api-key': 'k' } })]",
  "a Request and an init over it":
    "(base) => [new Request(base + '/x', { method: 'POST', body: 'a', headers: { 'content-type': 'a/b' } }), { body: 'c', headers: { 'x-api-key': 'k' } }]",
  "a Request as init":
    "(base) => [base + '/x', new Request(base + '/y', { method: 'PUT', headers: { 'x-api-key': 'k' } })]",
  "headers as an object":
    "(base) => [base + '/x', { headers: { 'X-Api-Key': '  two  blanks  ', accept: 'a/b;q=0.5, */*' } }]",
  "headers as pairs": "(base) => [base + '/x', { headers: [['x-api-key', 'a'], ['X-Api-Key', 'b']] }]",
  "headers as an iterator": "(base) => [base + '/x', { headers: new Headers({ 'x-api-key': 'k' }).entries() }]",
  "a content type of one's own":
    "(base) => [base + '/x', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }]",
  "an init of null": "(base) => [base + '/x', null]",
  "no referrer": "(base) => [base + '/x', { method: 'POST', body: 'a', referrerPolicy: 'no-referrer' }]",
  "a referrer of one's own": "(base) => [base + '/x', { referrer: '/elsewhere?a', referrerPolicy: 'unsafe-url' }]",
  "a Request with a body and a referrer of its own":
    "(base) => [new Request(base + '/x', { method: 'POST', body: 'a', referrer: '/elsewhere', referrerPolicy: 'unsafe-url' })]",
  "a cache mode": "(base) => [base + '/x', { cache: 'no-store' }]",
};
for (const [what, make] of Object.entries(CALLS)) test(what, () => assertSentAsFetchWould(make));

test("a form is written as the browser writes it, but for the boundary", async () => {
  const [ours, theirs] = await at.run(
    async ({ createClient }, { options, echo }) => {
      const form = new FormData();
      form.append('a "b"\r\nc\nd\re', "one\ntwo\r\nthree\rfour%22");
      form.append("file", new File(["content ☂"], 'q"uo\nt\\e.txt', { type: "text/plain" }));
      form.append("file", new Blob([new Uint8Array([0, 200, 13, 10])]));
      form.append("ü☕", "\ud800");
      form.append("", "");
      const request = await createClient(options).sign(echo, { method: "POST", body: form });
      const written = async (from) => {
        const boundary = from.headers.get("content-type").split("boundary=")[1];
        return (await from.text()).replaceAll(boundary, "BOUNDARY");
      };
      return Promise.all([request, new Response(form)].map(written));
    },
    { options: at.guest, echo: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.equal(ours, theirs);
});

test("form data and streams arrive whole and are signed as they are", async () => {
  const answers = await at.run(
    async ({ createClient }, { options, echo }) => {
      const { signedFetch } = createClient(options);
      const form = new FormData();
      form.set("file", new Blob(["content ☂"]), "ü.txt");
      const stream = new Blob(["streamed"]).stream();
      const sent = [
        await signedFetch(echo, { method: "POST", body: form }),
        await signedFetch(echo, { method: "POST", body: stream, duplex: "half" }),
      ];
      return Promise.all(sent.map((response) => response.json()));
    },
    { options: at.guest, echo: `${at.config.endpoints.rest}/echo/x` },
  );
  const [form, stream] = answers.map(({ bodyBase64 }) => Buffer.from(bodyBase64, "base64").toString());
  assert.match(form, /name="file"; filename="ü.txt"[^]*content ☂/);
  assert.equal(stream, "streamed");
});

test("what is changed after the call does not change the request, and the caller's own objects stay as they are", async () => {
  const seen = await at.run(
    async ({ createClient }, { options, echo }) => {
      const body = new Uint8Array([1, 2, 3]);
      const headers = new Headers({ "x-api-key": "before" });
      const init = { method: "POST", body, headers };
      const sent = createClient(options).signedFetch(echo, init);
      body.fill(9);
      headers.set("x-api-key", "after");
      init.method = "DELETE";
      const arrived = await (await sent).json();
      return { arrived, names: [...headers.keys()], members: Object.keys(init) };
    },
    { options: at.guest, echo: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.equal(seen.arrived.method, "POST");
  assert.equal(seen.arrived.bodyBase64, Buffer.from([1, 2, 3]).toString("base64"));
  assert.ok(seen.arrived.headers.some(([name, value]) => name === "x-api-key" && value === "before"));
  assert.deepEqual(seen.names, ["x-api-key"]);
  assert.deepEqual(seen.members, ["method", "body", "headers"]);
});
