// Where the client itself calls: Cognito and STS. Login tokens go to a host that was named in full, and to no other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();

const ROLE = "arn:aws:iam::123456789012:role/LocalUser";

/** Everything that leaves the page to another host than the local AWS's: its URL and body. No connection is made. */
async function watchHttps() {
  const sent = [];
  await at.page.route(/^https:/, (route) => {
    sent.push({ url: route.request().url(), body: route.request().postData() ?? "" });
    return route.abort();
  });
  return sent;
}

for (const url of [
  "https://*.example.com",
  "https://*.example.com/",
  "https://%2A.example.com",
  "https://*.a.example.com/cognito",
]) {
  for (const service of ["cognito-identity", "sts"]) {
    test(`a login token is not posted to the pattern ${url} that is declared for ${service}`, async () => {
      const sent = await watchHttps();
      const end = await at.run(
        async ({ createClient }, { options, isClassic, role }) => {
          const aws = createClient({ ...options, ...(isClassic && { classicFlow: { roleArn: role } }) });
          return outcome(aws.credentials());
        },
        {
          options: {
            identityPoolId: at.config.identityPoolIdClassic,
            logins: { [at.config.loginKey]: at.token },
            retry: false,
            endpoints: [{ url, service }, ...at.guest.endpoints.filter((entry) => entry.service !== service)],
          },
          isClassic: service === "sts",
          role: ROLE,
        },
      );
      await at.page.unroute(/^https:/);
      assert.ok(end.error, "there is no such host");
      for (const { url, body } of sent) {
        assert.match(new URL(url).hostname, /^(cognito-identity|sts)\.us-east-1\.amazonaws\.com$/, "AWS's own, if any");
        assert.ok(!/%2a|\*/i.test(url));
        assert.ok(!/example\.com/.test(url), body);
      }
    });
  }
}

test("a host that is declared in full beside a pattern is the one that is asked", async () => {
  const sent = await watchHttps();
  const role = await at.run(async ({ createClient }, options) => (await createClient(options).whoami()).role, {
    ...at.alice,
    endpoints: [{ url: "https://*.example.com", service: "execute-api" }, ...at.guest.endpoints],
  });
  await at.page.unroute(/^https:/);
  assert.equal(role, "LocalUser");
  assert.deepEqual(sent, []);
});
