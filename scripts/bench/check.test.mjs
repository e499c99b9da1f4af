// The check has to find every way in which a signature can be wrong, judged by AWS's own signer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sign } from "../../tests/ministack/signer.mjs";
import { problemOf } from "./check.mjs";
import { cases, credentials, request, scope } from "./page/cases.js";

const small = request(cases.find(({ label }) => label === "POST 300 B"));

async function signed(given = small, date = new Date()) {
  const headers = await sign({ ...given, url: given.url.replace("https:", "http:") }, { ...scope, credentials, date });
  return { ...given, headers: Object.entries(headers) };
}

const change = (request, name, value) => ({
  ...request,
  headers: request.headers.map(([key, old]) => [key, key === name ? value(old) : old]),
});

test("what another signer signed is right", async () => {
  for (const one of cases.filter(({ size }) => size < 2 ** 20)) {
    assert.equal(problemOf(await signed(request(one)), credentials, scope), undefined, one.label);
  }
});

test("whatever is changed after signing is found", async () => {
  const good = await signed();
  const problem = (request, by = credentials, at = scope) => problemOf(request, by, at);
  assert.equal(problem({ ...good, body: `${good.body} ` }), "a wrong signature");
  assert.equal(problem({ ...good, method: "PUT" }), "a wrong signature");
  assert.equal(problem({ ...good, url: `${good.url}?a=1` }), "a wrong signature");
  assert.equal(problem(change(good, "content-type", () => "text/plain")), "a wrong signature");
  assert.equal(problem(change(good, "authorization", (text) => text.slice(0, -1))), "no signature");
  assert.equal(problem({ ...good, headers: [...good.headers, ["x-amz-meta-a", "1"]] }), "x-amz-meta-a is not signed");
  assert.equal(problem(good, { ...credentials, sessionToken: "another" }), "no session token");
  assert.equal(problem(good, { ...credentials, accessKeyId: "AKIAOTHER" }), "another access key");
  assert.equal(problem(good, { ...credentials, secretAccessKey: "another" }), "a wrong signature");
  assert.match(problem(good, credentials, { ...scope, region: "us-east-1" }), /signed for .*eu-west-1/);
  assert.match(problem(await signed(small, new Date(0))), /signed for 19700101T000000Z/);
});
