// What the projects run against: one tarball, the local AWS, one browser.
import assert from "node:assert/strict";
import { startLocalAws } from "../../scripts/start/local-aws.mjs";
import { controls, endpoints, idToken, userNamed } from "../e2e/support/local.mjs";
import { startChromium } from "./page.mjs";
import { pack } from "./project.mjs";
import { startProxy } from "./server.mjs";

/**
 * Starts it. `task` is what a consumer's code is told, and `judge` takes what it made of that. Pages get `pageTask`: they
 * share between tabs, too.
 */
export async function startSetting() {
  const [tarball, localAws, proxy, browser] = await Promise.all([
    pack(),
    startLocalAws(0),
    startProxy(),
    startChromium(),
  ]);
  const aws = controls(localAws.url);
  const config = await aws.config();
  const path = "/echo/kettle%20one";
  const task = {
    options: { identityPoolId: config.identityPoolId, endpoints: endpoints(config) },
    url: `${config.endpoints.rest}${path}?of=copper+steel`,
  };

  /** What a page is told that makes its calls as a guest, and then as a user. */
  const visitTask = {
    ...{ ...task.options, url: task.url, provider: config.loginKey },
    token: await idToken(config, userNamed(config, "alice")),
  };

  /** What a guest and a user are told who talk through a channel. */
  const chatTask = {
    ...{ options: task.options, url: config.endpoints.events, faults: `${localAws.url}/_local/faults` },
    logins: { [config.loginKey]: visitTask.token },
  };

  const pageTask = { ...task, more: { shareBetweenTabs: true } };

  /** Runs `attempt`, and holds what it gives against what the local AWS saw. */
  async function judge(attempt) {
    await aws.reset();
    const result = await attempt();
    assert.deepEqual(result, {
      status: 200,
      bodyBase64: Buffer.from("kettle ☕").toString("base64"),
      role: "LocalGuest",
    });
    const { calls } = await aws.stats();
    assert.deepEqual(Object.values(calls.rest), [{ ok: 1 }], "one signed call was accepted, none refused");
  }

  return {
    ...{ aws, tarball, browser, task, pageTask, visitTask, chatTask, judge },
    proxyUrl: proxy.url,
    localAwsPort: new URL(localAws.url).port,
    chromium: `chromium ${browser.version()}`,
    stop: () => Promise.all([browser.close(), proxy.stop(), localAws.stop()]),
  };
}
