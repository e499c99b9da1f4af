// The canonical form API Gateway computes from what is on the wire, case by case: each request is taken and arrives as meant,
// and is refused with one byte changed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { assertRefused, oneCharacterOff, openJudge } from "./judge.mjs";

let judge, config, signedSend;

before(async () => {
  judge = await openJudge();
  ({ config, signedSend } = judge);
});

after(() => judge?.stop());

const getEcho = (pathAndQuery, options) =>
  signedSend("execute-api", { url: config.restApi.url + pathAndQuery }, options);

describe("API Gateway's canonical form", () => {
  const paths = {
    "a space": ["/echo/a%20b", "/echo/a b"],
    "UTF-8": ["/echo/caf%C3%A9/%F0%9F%98%80", "/echo/café/😀"],
    "lower-case escapes": ["/echo/caf%c3%a9", "/echo/café"],
    "an escaped slash": ["/echo/a%2Fb", "/echo/a/b"],
    "an escaped percent sign": ["/echo/a%252Fb", "/echo/a%2Fb"],
    "a plus sign": ["/echo/a+b", "/echo/a+b"],
    "reserved characters": ["/echo/(a)!*'@:,;=&$", "/echo/(a)!*'@:,;=&$"],
    "two slashes in a row": ["/echo//a", "/echo//a"],
    "a slash at the end": ["/echo/a/", "/echo/a/"],
  };
  for (const [what, [wire, path]] of Object.entries(paths)) {
    test(`path with ${what}`, async () => {
      const answer = await getEcho(wire);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json().path, path);
      assertRefused(
        await getEcho(wire, {
          change: ({ url }) => ({ url: oneCharacterOff(url) }),
        }),
        "another path",
      );
    });
  }

  const queries = {
    "a repeated key": ["?a=2&a=1&a=", { a: ["2", "1", ""] }],
    "keys without a value": ["?b=&a", { b: [""], a: [""] }],
    "a key without a name": ["?=v", { "": ["v"] }],
    nothing: ["?", {}],
    "empty pairs": ["?&&a=1&", { a: ["1"] }],
    "UTF-8": ["?caf%C3%A9=%E2%9C%93", { café: ["✓"] }],
    "keys that sort by code point": [
      "?a=1&B=2&a-b=3&a.b=4&%C3%A9=5",
      { a: ["1"], B: ["2"], "a-b": ["3"], "a.b": ["4"], é: ["5"] },
    ],
    "a plus sign for a space": ["?a=x+y", { a: ["x y"] }],
    "an escaped plus sign": ["?a=x%2By", { a: ["x+y"] }],
    "an equals sign in the value": ["?a=b=c", { a: ["b=c"] }],
    "reserved characters": ["?a=%2F?/:@!$'()*,~|", { a: ["/?/:@!$'()*,~|"] }],
    "a semicolon in the key": ["?a;b=1", { "a;b": ["1"] }],
    "a percent sign that escapes nothing": ["?a=%zz", { a: ["%zz"] }],
  };
  for (const [what, [search, query]] of Object.entries(queries)) {
    test(`query with ${what}`, async () => {
      const answer = await getEcho(`/echo${search}`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json().query, query);
      const longer = `${search}${search.length > 1 ? "&" : ""}z`;
      assertRefused(
        await getEcho(`/echo${search}`, {
          change: () => ({ url: `${config.restApi.url}/echo${longer}` }),
        }),
        "another query",
      );
    });
  }

  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
    test(`${method} is signed as ${method}`, async () => {
      const request = { method, url: `${config.restApi.url}/echo` };
      assert.equal((await signedSend("execute-api", request)).status, 200);
      const change = () => ({ method: method === "PUT" ? "POST" : "PUT" });
      assertRefused(await signedSend("execute-api", request, { change }), "another method");
    });
  }

  test("a body of any bytes arrives byte for byte", async () => {
    const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const request = {
      method: "POST",
      url: `${config.restApi.url}/echo`,
      headers: { "content-type": "application/octet-stream" },
      body,
    };
    const answer = await signedSend("execute-api", request);
    assert.deepEqual(Buffer.from(answer.json().body.base64, "base64"), Buffer.from(body));
  });

  test("the port belongs to the signed host", async () => {
    const change = ({ headers }) => ({
      headers: { ...headers, host: headers.host.replace(/:\d+$/, "") },
    });
    assertRefused(await getEcho("/echo", { change }), "a host without its port");
  });
});
