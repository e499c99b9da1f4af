// Case by case, what the package signs in a browser is what API Gateway computes from what the browser sends: each request
// arrives as meant, and is refused with one byte changed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PATHS, QUERIES } from "./encodings.mjs";
import { assertRefused, oneCharacterOff } from "./judge.mjs";
import { openPage } from "./page.mjs";

let page, base;

before(async () => {
  page = await openPage();
  base = page.config.restApi.url;
});

after(() => page?.stop());

const signedFetch = (...call) => page.as("guest", (aws, call) => aws.signedFetch(...call), call);

async function accepted(...call) {
  const answer = await signedFetch(...call);
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}

/** Signs the URL, lets `change` alter it, and sends that. */
async function assertRefusedWhen(change, url, what) {
  const signed = await page.signed("guest", url);
  assertRefused(await page.plainFetch({ ...signed, url: change(signed.url) }), what);
}

describe("a path", () => {
  const typed = { "a space and UTF-8 as typed": ["/echo/straße 1/😀", "/echo/straße 1/😀"] };
  for (const [what, [wire, path]] of Object.entries({ ...PATHS, ...typed })) {
    test(`with ${what}`, async () => {
      assert.equal((await accepted(base + wire)).path, path);
      await assertRefusedWhen(oneCharacterOff, base + wire, "another path");
    });
  }
});

describe("a query", () => {
  const typed = { "a space and UTF-8 as typed": ["?straße=a b&😀", { straße: ["a b"], "😀": [""] }] };
  for (const [what, [search, query]] of Object.entries({ ...QUERIES, ...typed })) {
    test(`with ${what}`, async () => {
      const url = `${base}/echo${search}`;
      assert.deepEqual((await accepted(url)).query, query);
      const withKey = (url) => `${url}${url.includes("?") ? "&" : "?"}z`;
      await assertRefusedWhen(withKey, url, "another query");
    });
  }
});

describe("a body", () => {
  const TEXT = "Grüße ✓ 😀\r\n";

  /** What API Gateway's function got when the page sent `makeInit(value)`. */
  const sent = async (makeInit, value) => {
    const work = `(aws, [url, value]) => aws.signedFetch(url, (${makeInit})(value))`;
    const answer = await page.as("guest", work, [`${base}/echo`, value]);
    assert.equal(answer.status, 200, answer.text);
    const { headers, body } = answer.json();
    const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type");
    return { type: type?.[1], bytes: Buffer.from(body.base64, "base64") };
  };

  test("of text", async () => {
    const { type, bytes } = await sent((body) => ({ method: "POST", body }), TEXT);
    assert.equal(type, "text/plain;charset=UTF-8");
    assert.equal(bytes.toString(), TEXT);
  });

  test("of bytes of every value", async () => {
    const values = Array.from({ length: 256 }, (_, value) => value);
    const makeInit = (values) => {
      const body = Uint8Array.from(values);
      return { method: "PUT", headers: { "content-type": "application/octet-stream" }, body };
    };
    const { bytes } = await sent(makeInit, values);
    assert.deepEqual([...bytes], values);
  });

  test("of a form", async () => {
    const fields = { text: TEXT, "a+b": "c d" };
    const { type, bytes } = await sent((fields) => ({ method: "PATCH", body: new URLSearchParams(fields) }), fields);
    assert.equal(type, "application/x-www-form-urlencoded;charset=UTF-8");
    assert.equal(bytes.toString(), new URLSearchParams(fields).toString());
  });

  test("of fields and files", async () => {
    const { type, bytes } = await sent((text) => {
      const body = new FormData();
      body.set("größe", text);
      body.set("file", new Blob([Uint8Array.of(0, 255, 13, 10)]), "ü.bin");
      return { method: "POST", body };
    }, TEXT);
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    assert.equal(form.get("größe"), TEXT);
    assert.equal(form.get("file").name, "ü.bin");
    assert.deepEqual([...new Uint8Array(await form.get("file").arrayBuffer())], [0, 255, 13, 10]);
  });

  test("that is not there", async () => {
    const { type, bytes } = await sent(() => ({ method: "DELETE" }));
    assert.equal(type, undefined);
    assert.equal(bytes.length, 0);
  });
});
