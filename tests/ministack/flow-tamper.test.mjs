// One changed byte: what `sign()` gives is accepted as it is, sent by the page's own fetch, and refused with one byte changed in
// whatever the signature covers.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { send } from "./http.mjs";
import { assertRefused, changeHeader, oneCharacterOff, ORIGIN } from "./judge.mjs";
import { openPage } from "./page.mjs";

/** Their refusals carry no CORS headers, so all that a page sees is that fetch threw. */
const HIDDEN = ["STS", "DynamoDB", "SQS"];

let page;

before(async () => {
  page = await openPage();
});

after(() => page?.stop());

const signedBy = async (name) => {
  const { url, ...init } = page.requests[name].request;
  return page.signed("guest", url, init);
};

/** One second later, so that the date is well-formed and within the allowed minutes. */
const nextSecond = ({ headers }) => {
  const date = headers["x-amz-date"].replace(/\d(?=Z$)/, (digit) => (Number(digit) + 1) % 10);
  return { headers: { ...headers, "x-amz-date": date } };
};

const COVERED = {
  "the query": ({ url }) => ({ url: `${url}?a` }),
  "the content type": changeHeader("content-type"),
  "the date": nextSecond,
  "the signature": changeHeader("authorization"),
};
const BODY = { "the body": ({ body }) => ({ body: oneCharacterOff(body) }) };
const PATH = { "the path": ({ url }) => ({ url: oneCharacterOff(url) }) };
const TARGET = { "the operation": changeHeader("x-amz-target") };
const changes = {
  "API Gateway": { ...COVERED, ...BODY, ...PATH },
  "AppSync GraphQL": { ...COVERED, ...BODY },
  STS: { ...COVERED, ...BODY },
  DynamoDB: { ...COVERED, ...BODY, ...TARGET },
  SQS: { ...COVERED, ...BODY, ...TARGET },
  // ministack does not compare the body with its declared hash, but the hash is signed.
  S3: { ...COVERED, ...PATH, "the body's hash": changeHeader("x-amz-content-sha256") },
};

for (const [name, parts] of Object.entries(changes)) {
  describe(name, () => {
    test("takes the signed Request as it is", async () => {
      const { request, arrived, expected } = page.requests[name];
      const work = async (aws, { url, ...init }) => fetch(await aws.sign(url, init));
      const answer = await page.as("guest", work, request);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(arrived(answer), expected);
    });

    for (const [part, change] of Object.entries(parts)) {
      test(`refuses it with one byte changed in ${part}`, async () => {
        const signed = await signedBy(name);
        const changed = { ...signed, ...change(signed) };
        assert.notDeepEqual(changed, signed);
        assert.equal((await page.plainFetch(signed)).status, 200);
        await assertPageRefused(name, changed, part);
      });
    }

    test("refuses it with one byte changed in the session token", async () => {
      const signed = await signedBy(name);
      const answer = await fromOutside({ ...signed, ...changeHeader("x-amz-security-token")(signed) });
      assert.ok([400, 403].includes(answer.status), answer.text);
      assert.match(answer.text, /token/i);
    });
  });
}

async function assertPageRefused(name, request, part) {
  if (HIDDEN.includes(name)) {
    await assert.rejects(page.plainFetch(request), { name: "TypeError" });
    // Why it was refused can be read outside of browsers only.
    assertRefused(await fromOutside(request), part);
  } else {
    assertRefused(await page.plainFetch(request), part);
  }
}

const fromOutside = (request) => send({ ...request, headers: { ...request.headers, ...ORIGIN } });
