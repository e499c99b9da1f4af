// Whatever fetch takes, signedFetch sends the same: method, URL, headers and body bytes, and a signature that fits.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { useSetting } from "../e2e/support/setting.mjs";
import { call } from "./inputs.mjs";
import { installSideBySide } from "./make.mjs";
import { startRelay } from "./relay.mjs";

/** More of them, or others: FETCH_CASES=5000 FETCH_SEED=7 node --test tests/side-by-side */
const CASES = Number(process.env.FETCH_CASES ?? 500);
const SEED = Number(process.env.FETCH_SEED ?? 20_261_122);

const at = useSetting();

/** What the signature adds. */
const ADDED = ["authorization", "x-amz-date", "x-amz-security-token"];

/** What arrived, without what may differ between two sendings of the same: the signature, and a form's boundary. */
function essence({ method, url, headers, body }) {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ADDED.includes(name)));
  const boundary = /^--(----(?:WebKitFormBoundary|sigfetch)\w+)/.exec(body.toString("latin1"))?.[1];
  const same = (text) => (boundary ? text.replaceAll(boundary, "boundary") : text);
  if (boundary) delete kept["content-length"];
  if (kept["content-type"]) kept["content-type"] = same(kept["content-type"]);
  return { method, url, headers: kept, body: same(body.toString("latin1")) };
}

/** Whether escapes stand for text. AWS says nothing of queries where they do not, and its signers differ. */
function isUtf8(query) {
  try {
    decodeURIComponent(query.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"));
    return true;
  } catch {
    return false;
  }
}

test(`${CASES} random calls arrive as fetch would send them, with a signature that fits`, async (t) => {
  const relay = await startRelay(at.config.endpoints.rest);
  t.after(relay.stop);
  const { pathname } = new URL(`${at.config.endpoints.rest}/echo/-`);
  const base = relay.url + pathname;
  const declared = { url: relay.url, service: "execute-api", region: at.config.region, signAs: relay.host };
  const options = { ...at.guest, endpoints: [...at.guest.endpoints, declared] };
  await at.run(installSideBySide, { relay: base, options });

  const ends = { sent: 0, refused: 0 };
  const stays = ({ rest }) => {
    const url = base + String.fromCharCode(...rest);
    // Chromium remembers of a text, not of a URL, that it looks like markup, and does not send it.
    if (/[\t\n]/.test(url) && url.includes("<")) return false;
    // Dot segments may lead out of the resource that takes everything.
    return URL.canParse(url) && new URL(url).pathname.startsWith(pathname) && isUtf8(new URL(url).search);
  };
  const property = fc.asyncProperty(call.filter(stays), async (call) => {
    relay.seen.length = 0;
    const { plain, signed } = await at.page.evaluate((call) => globalThis.sideBySide(call), call);
    if (plain.status === undefined) {
      assert.equal(signed.status, undefined, `fetch fails (${plain.failed}), signedFetch does not`);
      assert.deepEqual(relay.seen, []);
      ends.refused += 1;
      return;
    }
    assert.equal(signed.status, 200, `${signed.failed} ${signed.text}`);
    const [sentPlainly, sentSigned] = relay.seen.map(essence);
    assert.deepEqual(sentSigned, sentPlainly);
    for (const name of ADDED) assert.ok(relay.seen[1].headers[name], `${name} is missing`);
    ends.sent += 1;
  });
  await fc.assert(property, { numRuns: CASES, seed: SEED, includeErrorInReport: true });
  t.diagnostic(`${ends.sent} calls arrived the same, ${ends.refused} were refused by both`);
  assert.ok(ends.sent > CASES / 2, "most calls can be sent");
});
