// The page that `npm start` opens, as somebody would use it: every call as a guest, as a user and with a role that may
// almost nothing; and a real account, whose hosts are played here so that no test leaves the machine.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { chromium as chromiumPath } from "../../../scripts/setup/browser.mjs";
import { startAll } from "../../../scripts/start.mjs";

let all, browser, context, page, said, answers;

before(async () => {
  all = await startAll();
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  await all?.stop();
});
beforeEach(async () => {
  await control("reset", {});
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  said = [];
  page.on("console", (message) => said.push({ type: message.type(), text: message.text() }));
  page.on("pageerror", (error) => said.push({ type: "error", text: `uncaught: ${error}` }));
  answers = [];
  page.on("response", (response) => answers.push(response));
});
afterEach(() => context.close());

const control = (path, body) =>
  fetch(`${all.localAwsUrl}/_local/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const denied = "403 AccessDeniedException";

/** The status that each call ends with. */
const asGuest = {
  whoami: "OK",
  get: "200 OK",
  post: "200 OK",
  "restricted-post": denied,
  "forbidden-get": denied,
  "hidden-get": "No answer to read",
  query: "OK",
  mutation: "OK",
  "restricted-query": "Unauthorized",
  "restricted-mutation": "Unauthorized",
};
const asUser = { ...asGuest, "restricted-post": "201 Created", "restricted-query": "OK", "restricted-mutation": "OK" };
const asReader = {
  ...asGuest,
  get: denied,
  post: denied,
  query: "REFUSED",
  mutation: "REFUSED",
  "restricted-query": "REFUSED",
  "restricted-mutation": "REFUSED",
};

/** What somebody who sees it could use: from answers of Cognito to the page. */
async function secretsOf(response) {
  const host = new URL(response.url()).host;
  if (response.request().method() !== "POST" || !host.startsWith("cognito-")) return [];
  const { Credentials, AuthenticationResult } = await response.json();
  return [Credentials?.SecretKey, Credentials?.SessionToken, ...Object.values(AuthenticationResult ?? {})].filter(
    (value) => typeof value === "string" && value !== "Bearer",
  );
}

async function open() {
  await page.goto(all.pageUrl);
  await page.locator("#environments input:checked").waitFor({ state: "attached" });
}

/** Presses a button that sends, and waits until the log has one entry more. */
async function press(button) {
  const entries = page.locator("#log-entries li");
  const count = await entries.count();
  await button.click();
  await entries.nth(count).waitFor();
}

async function getCredentials(way, fill) {
  await page.locator(`#who-form input[value=${way}]`).check({ force: true });
  await fill?.();
  await press(page.locator("#who-form button"));
}

const asDemoUser = (name) => getCredentials("demo", () => page.selectOption("#demo-user", name));
const send = (id) => press(page.locator(`#call-${id} button`));
const status = (id) => page.locator(`#call-${id} .chip`).textContent();
const body = async (id) => JSON.parse(await page.locator(`#call-${id} pre`).textContent());
const facts = (id) => page.locator(`#call-${id} .outcome dl`).innerText();
const pass = (name) => page.locator(`#pass [data-slot=${name}]`).textContent();

async function sendEach() {
  const ids = await page.locator(".call").evaluateAll((calls) => calls.map(({ id }) => id.replace("call-", "")));
  const statuses = {};
  for (const id of ids) {
    await send(id);
    statuses[id] = await status(id);
  }
  return statuses;
}

/** Nothing but the browser's own lines about refusals that were asked for. */
function assertQuietConsole() {
  const expected = /^Failed to load resource: .*(403|401|ERR_FAILED)|has been blocked by CORS policy/;
  const surprises = said.filter(({ type, text }) => /error|warning/.test(type) && !expected.test(text));
  assert.deepEqual(surprises, []);
}

/** What was issued is nowhere to be seen: in the page, its fields, what it keeps, its address or the console. */
async function assertNoSecrets() {
  const secrets = (await Promise.all(answers.map(secretsOf))).flat();
  assert.ok(secrets.length >= 2, "credentials were issued");
  const kept = await page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea")].map(({ value }) => value);
    const storages = [localStorage, sessionStorage].map((storage) => JSON.stringify(storage));
    return [document.documentElement.outerHTML, ...fields, ...storages, document.cookie, location.href].join("\n");
  });
  const everything = [kept, ...said.map(({ text }) => text)].join("\n");
  for (const secret of secrets) assert.ok(!everything.includes(secret), "a secret can be seen");
}

test("a guest may do what guests may, and is told what not", async () => {
  await open();
  await getCredentials("guest");
  assert.equal(await pass("who"), "Guest");
  assert.equal(await pass("role"), "LocalGuest");
  assert.match(await pass("accessKeyId"), /^ASIA[A-Z0-9]{16}$/);
  assert.match(await pass("identityId"), /^us-east-1:[0-9a-f-]{36}$/);
  assert.match(await pass("left"), /^(1:00:00|59:[0-5]\d) left$/);

  assert.deepEqual(await sendEach(), asGuest);
  assert.equal((await body("whoami")).role, "LocalGuest");
  assert.deepEqual(await body("get"), { items: [] });
  const echo = await body("post");
  assert.equal(Buffer.from(echo.bodyBase64, "base64").toString(), '{ "hello": "AWS" }');
  assert.equal(echo.caller.identityId, await pass("identityId"));
  assert.match((await body("restricted-post")).Message, /not authorized to perform: execute-api:Invoke.*POST\/items/);
  assert.match(await facts("hidden-get"), /CORS/);
  assert.equal((await body("mutation")).data.addNote.text, "Signed in the browser");
  const partial = await body("restricted-query");
  assert.deepEqual(partial.data, { audit: null, me: { role: "LocalGuest" } });

  await send("query");
  assert.equal((await body("query")).data.notes.length, 1);
  assertQuietConsole();
  await assertNoSecrets();
});

test("a guest who signs in keeps the identity and may do more", async () => {
  await open();
  await getCredentials("guest");
  const identityId = await pass("identityId");
  const accessKeyId = await pass("accessKeyId");
  await asDemoUser("alice");
  assert.equal(await pass("who"), "alice");
  assert.equal(await pass("role"), "LocalUser");
  assert.equal(await pass("identityId"), identityId);
  assert.notEqual(await pass("accessKeyId"), accessKeyId);

  assert.deepEqual(await sendEach(), asUser);
  await send("get");
  assert.equal((await body("get")).items[0].name, "Teapot");
  assertQuietConsole();
  await assertNoSecrets();

  await page.locator("#sign-out").click();
  assert.equal(await page.locator("#pass").getAttribute("data-state"), "empty");
  await asDemoUser("bob");
  assert.equal(await pass("who"), "bob");
  assert.notEqual(await pass("identityId"), identityId);
});

test("a refusal by sigfetch itself is shown with its code, its advice and what AWS says", async () => {
  await open();
  await asDemoUser("carol");
  assert.equal(await pass("role"), "LocalReports");
  assert.deepEqual(await sendEach(), asReader);
  const shown = await facts("query");
  for (const part of [/^Message\n.*Permission denied/, /\nAdvice\n.*appsync:GraphQL/, /\nAWS says\nUnauthorized/]) {
    assert.match(shown, part);
  }
  assertQuietConsole();
});

test("a refusal is explained on request, with what to paste", async () => {
  await open();
  const causes = async (id) => {
    await send(id);
    await page.locator(`#call-${id} .why button`).click();
    const shown = page.locator(`#call-${id} .why ol > li`);
    await shown.first().waitFor();
    return shown;
  };
  const denials = await causes("restricted-post");
  assert.match(await denials.first().innerText(), /role/i);
  const statement = JSON.parse(await denials.first().locator("pre").first().textContent());
  assert.equal(statement.Action, "execute-api:Invoke");
  assert.match(statement.Resource, /\/prod\/POST\/items$/);
  assert.match(await (await causes("hidden-get")).first().innerText(), /CORS/);
  assert.match(await (await causes("restricted-query")).first().innerText(), /audit/);
  await send("get");
  assert.equal(await page.locator("#call-get .why").count(), 0);
  await assertNoSecrets();
});

test("the doctor examines an address step by step", async () => {
  await open();
  const examine = async (address) => {
    const value = await page.locator("#doctor-form option", { hasText: address }).getAttribute("value");
    await page.selectOption("#doctor-form select", value);
    await page.locator("#doctor-form button").click();
    await page.locator("#announcement", { hasText: "Doctor: " }).waitFor();
    const steps = await page.locator("#doctor-steps > li").all();
    const text = (step, name) => step.locator(`[data-slot=${name}]`).first().textContent();
    const results = await Promise.all(
      steps.map(async (step) => [await text(step, "step"), await text(step, "result")]),
    );
    await page.evaluate(() => (document.getElementById("announcement").textContent = ""));
    return Object.fromEntries(results);
  };
  const healthy = await examine("/prod/items");
  assert.deepEqual([...new Set(Object.values(healthy))], ["passed"]);
  assert.ok(Object.keys(healthy).length >= 9);
  const ill = await examine("/prod/secret");
  assert.deepEqual([ill.credentials, ill.call], ["passed", "failed"]);
  assert.ok((await page.locator("#doctor-steps .why ol > li").count()) > 0);
  await assertNoSecrets();
});

test("the first call fetches credentials by itself, and all calls can be sent at once", async () => {
  await open();
  await page.locator("#send-all").click();
  await page.locator("#log-entries li").nth(9).waitFor();
  assert.equal(await pass("who"), "Guest");
  assert.equal(await status("restricted-mutation"), "Unauthorized");
  await assertNoSecrets();
});

test("requests can be edited and sent by keyboard", async () => {
  await open();
  await page.locator("#get-path").fill("/echo/a b/ü");
  await page.locator("#get-path").press("Enter");
  await page.locator("#log-entries li").waitFor();
  assert.equal((await body("get")).path, "/prod/echo/a%20b/%C3%BC");
  await page.locator("#mutation-variables").fill("no JSON");
  await send("mutation");
  assert.equal(await status("mutation"), "Not JSON");
});

const messages = (room, of = page) => of.locator(`#room-${room} .messages li`);
const connection = (room, state) => page.locator(`#room-${room} [data-slot=state]`, { hasText: state }).waitFor();

async function join(room, of = page) {
  await of.locator(`#room-${room} [data-slot=join]`).click();
  await of.locator(`#room-${room} .say:not([inert])`).waitFor();
}

async function say(room, text, of = page) {
  await of.locator(`#room-${room} input[name=text]`).fill(text);
  await of.locator(`#room-${room} .say button`).click();
}

for (const room of ["subscription", "events"]) {
  test(`two tabs talk in the room of ${room}, and one survives the loss of its network`, async () => {
    await open();
    await join(room);
    const other = await (await browser.newContext()).newPage();
    await other.goto(all.pageUrl);
    await join(room, other);
    await connection(room, "Connected");
    for (const [from, text] of [
      [page, "Kettle on ☂"],
      [other, "Coming"],
    ]) {
      await say(room, text, from);
      for (const tab of [page, other]) await messages(room, tab).first().getByText(text).waitFor();
    }

    // The browser's emulation leaves open sockets alone, so the server ends them.
    await context.setOffline(true);
    await control("faults", { realtime: { drop: {} } });
    await connection(room, "Connection lost");
    await messages(room, other).first().getByText("Connected again").waitFor();
    await say(room, "Nobody here?", other);
    await messages(room, other).first().getByText("Nobody here?").waitFor();
    await context.setOffline(false);
    await connection(room, "Connected");
    await messages(room).first().getByText("Connected again").waitFor();
    await say(room, "Back", other);
    await messages(room).first().getByText("Back").waitFor();
    assert.deepEqual(await messages(room).allTextContents(), [
      "Back",
      "Connected again. What was sent meanwhile is missing here.",
      "Coming",
      "Kettle on ☂",
    ]);

    await page.locator(`#room-${room} [data-slot=join]`).click();
    await connection(room, "Not connected");
    await assertNoSecrets();
    await other.context().close();
  });
}

test("nothing is wider than the smallest phone", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open();
  await sendEach();
  for (const environment of ["local", "account"]) {
    await page.locator(`#environments input[value=${environment}]`).check({ force: true });
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(excess <= 0, `${environment}: ${excess} px too wide`);
  }
});

/** Plays the hosts of a real account: host name → (request) → body. What arrived is kept. */
async function playAws(hosts) {
  const arrived = [];
  await context.route(/^https:/, async (route) => {
    const request = route.request();
    const { hostname } = new URL(request.url());
    arrived.push({ hostname, headers: request.headers(), body: request.postData() });
    const headers = { "access-control-allow-origin": "*" };
    await route.fulfill({ headers, contentType: "application/json", json: hosts[hostname](request) });
  });
  return arrived;
}

const account = {
  "identity-pool-id": "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
  "rest-url": "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/",
  "user-pool-id": "eu-west-1_AbCdEfGhI",
  "app-client-id": "6abc7defghijklmnop8qrstuvw",
};
const login = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const idToken = ["{}", JSON.stringify({ iss: `https://${login}`, email: "zoë@example.com" }), "signature"]
  .map((part) => Buffer.from(part).toString("base64url"))
  .join(".");
const identityId = "eu-west-1:9f8e7d6c-0000-4000-8000-000000000001";
const realAws = {
  "cognito-idp.eu-west-1.amazonaws.com": () => ({ AuthenticationResult: { IdToken: idToken } }),
  "cognito-identity.eu-west-1.amazonaws.com": (request) =>
    request.headers()["x-amz-target"].endsWith("GetId")
      ? { IdentityId: identityId }
      : {
          IdentityId: identityId,
          Credentials: {
            AccessKeyId: "ASIAEXAMPLEEXAMPLE00",
            SecretKey: "a-secret-key-that-nobody-may-see",
            SessionToken: "a-session-token-that-nobody-may-see",
            Expiration: Date.now() / 1000 + 3600,
          },
        },
  "sts.eu-west-1.amazonaws.com": () => ({
    GetCallerIdentityResponse: {
      GetCallerIdentityResult: {
        Account: "111122223333",
        Arn: "arn:aws:sts::111122223333:assumed-role/AppUser/CognitoIdentityCredentials",
        UserId: "AROAEXAMPLE:CognitoIdentityCredentials",
      },
      ResponseMetadata: { RequestId: "1" },
    },
  }),
  "abc123.execute-api.eu-west-1.amazonaws.com": () => ({ orders: [] }),
};

test("a real account works once its ids are typed in, and only ids are kept", async () => {
  const arrived = await playAws(realAws);
  await open();
  await page.locator("#environments input[value=account]").check({ force: true });
  for (const [id, value] of Object.entries(account)) await page.locator(`#${id}`).fill(value);
  await page.locator("#account-form [type=submit]").click();
  await getCredentials("password", async () => {
    await page.locator("#username").fill("zoë");
    await page.locator("#password").fill("a-password-that-nobody-may-see");
  });
  assert.equal(await pass("who"), "zoë@example.com");
  assert.equal(await pass("role"), "AppUser");
  await page.locator("#get-path").fill("/orders?open=1");
  await send("get");
  assert.deepEqual(await body("get"), { orders: [] });
  assert.equal(await page.locator("#call-hidden-get, #call-query").count(), 0, "what has no address is not offered");

  const of = (host) => arrived.find(({ hostname }) => hostname.startsWith(host));
  assert.deepEqual(JSON.parse(of("cognito-identity").body).Logins, { [login]: idToken });
  assert.match(of("sts").headers.authorization, /ASIAEXAMPLEEXAMPLE00\/\d{8}\/eu-west-1\/sts\/aws4_request/);
  assert.match(of("abc123").headers.authorization, /\/eu-west-1\/execute-api\/aws4_request/);
  assertQuietConsole();
  await assertNoSecrets();

  const kept = await page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!kept.includes("zoë") && !kept.includes("nobody-may-see"));
  await page.reload();
  await page.locator("#call-get").waitFor();
  assert.equal(await page.locator("#identity-pool-id").inputValue(), account["identity-pool-id"]);
  assert.equal(await page.locator("#get-path").inputValue(), "/orders?open=1");
  assert.equal(await page.locator("#pass").getAttribute("data-state"), "empty");
  await getCredentials("token", () => page.locator("#id-token").fill(idToken));
  assert.equal(await pass("who"), "zoë@example.com");

  await page.locator("#forget").click();
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes("eu-west-1"));
});
