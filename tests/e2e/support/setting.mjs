// What the tests beside this file stand on: the browser, and a local AWS that starts anew with every test.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { startAll } from "../../../scripts/start.mjs";
import { startBrowser } from "./browser.mjs";
import { controls, endpoints, idToken, userNamed } from "./local.mjs";

/**
 * Sets everything up around the tests of the calling file. What is given is filled in before the first of them:
 *
 * - `config`: addresses and ids; `aws`: the controls of the local AWS
 * - `guest`, `alice`: the options of a client for a guest and for a user; `token`: the user's ID token
 * - `page`, `context`, `said`, `run`: the page, see `browser.mjs`; a new one for every test if `newPages` says so
 *
 * `flags` are further ones for the browser.
 */
export function useSetting({ newPages = false, flags } = {}) {
  const setting = {};
  let all, browser;
  before(async () => {
    all = await startAll();
    setting.aws = controls(all.localAwsUrl);
    setting.config = await setting.aws.config();
    browser = await startBrowser(all.pageUrl, flags);
  });
  after(async () => {
    await browser?.close();
    await all?.stop();
  });
  beforeEach(async () => {
    await setting.aws.reset();
    const { config } = setting;
    setting.guest = { identityPoolId: config.identityPoolId, endpoints: endpoints(config) };
    setting.token = await idToken(config, userNamed(config, "alice"));
    setting.alice = { ...setting.guest, logins: { [config.loginKey]: setting.token } };
    if (newPages || !setting.page) Object.assign(setting, await browser.open());
    setting.said.length = 0;
  });
  afterEach(async () => {
    const uncaught = setting.said.filter((line) => line.startsWith("uncaught"));
    if (newPages) await setting.close();
    assert.deepEqual(uncaught, [], "nothing goes unhandled in the page");
  });
  return setting;
}
