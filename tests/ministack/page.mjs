// The npm package on a page in Chromium, with ministack as its AWS: what the flow tests share.

import { startPageServer } from "../../scripts/start/page-server.mjs";
import { openBrowser, openTab, runIn } from "../e2e/support/browser.mjs";
import { installFollow } from "../e2e/support/realtime.mjs";
import { openJudge } from "./judge.mjs";

/**
 * Opens a page that holds a guest's client and a user's.
 *
 * @returns what `openJudge()` gives, and
 * - `as(who, work, value)`: runs `work(client, value)` on the page, with the client of `"guest"` or `"user"`. A `Response` comes
 *   back in the shape `http.mjs` gives, an error with its name and fields, other values as they are.
 * - `tab()`: opens another page of the same site, with clients of its own, and gives its `as`
 * - `signed(who, input, init)`: what that client's `sign()` makes of it, as data: `{ method, url, headers, body }`.
 * - `plainFetch(request)`: sends such a request from the page by its own fetch, which knows nothing of AWS.
 */
export async function openPage() {
  const opened = [];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const judge = await openJudge();
    opened.push(judge.stop);
    const site = await startPageServer(0, judge.config.services["cognito-identity"]);
    opened.push(site.stop);
    const browser = await openBrowser(site.url);
    opened.push(browser.close);
    const { as, onPage } = await ready(browser.page, judge.config);
    const tab = async () => ready(await openTab(browser), judge.config);
    return {
      ...judge,
      as,
      tab,
      signed: (who, ...call) => as(who, signedRequest, call),
      plainFetch: (request) => onPage("fetch(value.url, value)", request),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes clients on a page, and gives how something is done there. */
async function ready(page, config) {
  await page.evaluate(installFollow);
  await runIn(page, makeClients, { config, endpoints: declared(config) });
  const onPage = async (call, value) => {
    const { returned, response, thrown } = await runIn(
      page,
      `async (sigfetch, value) => (${outcome})(() => ${call})`,
      value,
    );
    if (thrown) throw Object.assign(new Error(thrown.message), thrown);
    return response ? { ...response, json: () => JSON.parse(response.text) } : returned;
  };
  const as = (who, work, value) => onPage(`(${work})(clients.${who}, value)`, value);
  return { as, onPage };
}

/** No host of ministack is AWS's own, so every one that is called has to be declared. */
function declared({ region, services, restApi, graphqlApi, eventApi, bucket }) {
  const urls = [
    ["cognito-identity", services["cognito-identity"]],
    ["sts", services.sts],
    ["dynamodb", services.dynamodb],
    ["sqs", services.sqs],
    ["s3", bucket.url],
    ["execute-api", restApi.url],
    ["appsync", graphqlApi.url],
    ["appsync", eventApi.url],
  ];
  return urls.map(([service, url]) => ({ url, service, region }));
}

/** Runs on the page. The user signs in to the user pool as a page without a library does: by fetch. */
function makeClients({ createClient }, { config, endpoints }) {
  const { identityPoolId, services, userPool } = config;
  const signIn = async () => {
    const response = await fetch(services["cognito-idp"], {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: userPool.clientId,
        AuthParameters: { USERNAME: userPool.user.username, PASSWORD: userPool.user.password },
      }),
    });
    return (await response.json()).AuthenticationResult.IdToken;
  };
  const realtime = () => import("/pkg/realtime.js");
  const newClient = (logins) => createClient({ identityPoolId, endpoints, logins, realtime });
  const logins = { [userPool.provider]: signIn };
  globalThis.clients = { guest: newClient(), user: newClient(logins) };
  // For the tests that sign in otherwise.
  Object.assign(globalThis, { newClient, signIn });
}

/** Runs on the page: a signed `Request`, taken apart. */
async function signedRequest(aws, [input, init]) {
  const request = await aws.sign(input, init);
  const { method, url, headers } = request;
  return { method, url, headers: Object.fromEntries(headers), body: (await request.text()) || undefined };
}

/** Runs on the page: what `call` came to, as plain data. */
async function outcome(call) {
  try {
    const result = await call();
    if (!(result instanceof Response)) return { returned: result };
    const headers = Object.fromEntries(result.headers);
    return { response: { status: result.status, headers, text: await result.text() } };
  } catch (error) {
    const { name, message, code, status, serviceError, advice } = error;
    return { thrown: { name, message, code, status, serviceError, advice } };
  }
}
