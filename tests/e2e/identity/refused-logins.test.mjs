// Logins and pools that Cognito refuses, and logins functions that fail: which code each gets, and that nothing is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idToken, signIn, userNamed } from "../support/local.mjs";
import { assertRefused } from "../support/outcome.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

/** A signed call on a client of these options. */
const call = (options) =>
  at.run(async ({ createClient }, { options, url }) => outcome(createClient(options).signedFetch(url)), {
    options,
    url: `${at.config.endpoints.rest}/items`,
  });

const withLogin = (token, key = at.config.loginKey) => ({ ...at.guest, logins: { [key]: token } });

async function assertNothingSent() {
  assert.equal((await at.aws.stats()).calls.rest, undefined);
}

test("an expired token is LOGIN_EXPIRED", async () => {
  await at.aws.faults({ clockOffsetSeconds: 2 * 3_600 });
  const end = await call(at.alice);
  assertRefused(end, "LOGIN_EXPIRED", { serviceError: "NotAuthorizedException", advice: /fresh ID token/ }, [at.token]);
  await assertNothingSent();
});

test("an access token instead of the ID token is LOGIN_REJECTED, and says so", async () => {
  const { AccessToken } = await signIn(at.config, userNamed(at.config, "alice"));
  const end = await call(withLogin(AccessToken));
  assertRefused(end, "LOGIN_REJECTED", { advice: /ID token, not the access token/, retryable: false }, [AccessToken]);
  await assertNothingSent();
});

test("a token under another pool's key is LOGIN_REJECTED", async () => {
  const end = await call(withLogin(at.token, at.config.unattachedUserPool.loginKey));
  assertRefused(end, "LOGIN_REJECTED", { advice: /key/ }, [at.token]);
});

test("a token of a user pool that the identity pool does not know is LOGIN_REJECTED", async () => {
  const { loginKey, clientId } = at.config.unattachedUserPool;
  const token = await idToken({ ...at.config, clientId }, userNamed(at.config, "alice"));
  const end = await call(withLogin(token, loginKey));
  assertRefused(end, "LOGIN_REJECTED", { advice: /identity pool/ }, [token]);
});

test("a token that was altered is LOGIN_REJECTED", async () => {
  const [header, claims, signature] = at.token.split(".");
  const altered = `${header}.${claims}.${signature.split("").reverse().join("")}`;
  const end = await call(withLogin(altered));
  assertRefused(end, "LOGIN_REJECTED", { serviceError: "NotAuthorizedException" }, [altered]);
});

test("what is no token at all is LOGIN_REJECTED", async () => {
  assertRefused(await call(withLogin("a text of another kind")), "LOGIN_REJECTED", {}, ["a text of another kind"]);
});

test("a provider that the pool does not list is LOGIN_REJECTED", async () => {
  assertRefused(await call(withLogin(at.token, "accounts.google.com")), "LOGIN_REJECTED", {}, [at.token]);
});

test("a pool without guests is GUESTS_NOT_ALLOWED, and lets users in", async () => {
  const identityPoolId = at.config.identityPoolIdWithoutGuests;
  const end = await call({ ...at.guest, identityPoolId });
  assertRefused(end, "GUESTS_NOT_ALLOWED", { retryable: false, advice: /logins/ });
  await assertNothingSent();
  const user = await at.run(
    async ({ createClient }, { options, logins }) => {
      const aws = createClient(options);
      const before = await outcome(aws.whoami());
      aws.setLogins(logins);
      return [before.error.code, (await aws.whoami()).role];
    },
    { options: { ...at.guest, identityPoolId }, logins: at.alice.logins },
  );
  assert.deepEqual(user, ["GUESTS_NOT_ALLOWED", "LocalUser"]);
});

test("a pool without usable roles is POOL_MISCONFIGURED", async () => {
  const end = await call({ ...at.guest, identityPoolId: at.config.identityPoolIdWithoutRoles });
  assertRefused(end, "POOL_MISCONFIGURED", { advice: /roles/ });
});

test("a pool that does not exist is POOL_NOT_FOUND", async () => {
  const end = await call({ ...at.guest, identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000000" });
  assertRefused(end, "POOL_NOT_FOUND", { serviceError: "ResourceNotFoundException", advice: /region/ });
});

test("a logins function that throws, rejects or gives no string is LOGINS_FAILED, and is asked again", async () => {
  const ends = await at.run(
    async ({ createClient }, { options, key, token, url }) => {
      const bad = [
        () => {
          throw new Error("no session");
        },
        () => Promise.reject(new Error("no session")),
        () => undefined,
        () => null,
        () => "",
        () => 7,
        () => ({ idToken: token }),
        async () => [token],
      ];
      return Promise.all(
        bad.map(async (work) => {
          let healed = false;
          const aws = createClient({ ...options, logins: { [key]: () => (healed ? token : work()) } });
          const end = await outcome(aws.signedFetch(url));
          healed = true;
          return [end, await outcome(aws.signedFetch(url).then(({ status }) => status))];
        }),
      );
    },
    { options: at.guest, key: at.config.loginKey, token: at.token, url: `${at.config.endpoints.rest}/items` },
  );
  for (const [end, after] of ends) {
    const field = `options.logins["${at.config.loginKey}"]`;
    assertRefused(end, "LOGINS_FAILED", { field, retryable: false }, [at.token]);
    assert.equal(after.value, 200, after.error?.text);
  }
  assert.deepEqual(
    ends.slice(0, 2).map(([end]) => end.error.cause),
    ["Error: no session", "Error: no session"],
  );
  const { calls } = await at.aws.stats();
  assert.deepEqual(calls.rest, { "GET /items": { ok: ends.length } });
});

test("one login of two that fails stops the round before Cognito hears of the other", async () => {
  const end = await at.run(
    async ({ createClient }, { options, key, token }) => {
      const logins = { [key]: token, "accounts.google.com": () => Promise.reject(new Error("popup closed")) };
      return outcome(createClient({ ...options, logins }).credentials());
    },
    { options: at.guest, key: at.config.loginKey, token: at.token },
  );
  assertRefused(end, "LOGINS_FAILED", { field: 'options.logins["accounts.google.com"]' }, [at.token]);
  assert.deepEqual(await at.aws.cognitoCalls(), { getId: 0, getCredentials: 0 });
});

test("a WebAssembly that cannot be loaded is WASM_LOAD, and the next client of the page can try again", async () => {
  const page = await at.context.newPage();
  await page.goto(at.page.url());
  const seen = await page.evaluate(async (options) => {
    const { createClient } = await import("/pkg/lean.js");
    const bad = [
      "/pkg/nowhere.wasm",
      "/local-aws.json",
      new Uint8Array([0, 1, 2, 3]),
      Promise.reject(new Error("no bytes")),
    ];
    const ends = [];
    for (const wasm of bad) ends.push(await outcome(createClient({ ...options, wasm }).credentials()));
    const aws = createClient({ ...options, wasm: "/pkg/wasm/sigfetch_bg.wasm" });
    return { ends, role: (await aws.whoami()).role };
  }, at.guest);
  await page.close();
  for (const end of seen.ends) assertRefused(end, "WASM_LOAD", { retryable: true });
  assert.equal(seen.role, "LocalGuest");
});
