// The canonical form API Gateway computes from what is on the wire, case by case: each request is taken and arrives as meant,
// and is refused with one byte changed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PATHS, QUERIES } from "./encodings.mjs";
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
  for (const [what, [wire, path]] of Object.entries(PATHS)) {
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

  for (const [what, [search, query]] of Object.entries(QUERIES)) {
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
