// The servers that the examples speak of and that the local AWS does not play: the app's own backend, and S3.

const ANY_ORIGIN = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };

/** Answers for them in a page. A user of the backend is one of the developer's, in the local AWS. */
export async function playServers(page, { identityPoolId, endpoints: { sts } }) {
  const site = new URL("/", page.url()).href;
  await page.route(`${site}my-credentials`, (route) =>
    route.fulfill({ json: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI" } }),
  );
  await page.route(`${site}api/aws-identity`, async (route) => {
    const response = await fetch(`http://localhost:${new URL(sts).port}/_local/developer-token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ identityPoolId, user: "zoe" }),
    });
    const { IdentityId: identityId, Token: token } = await response.json();
    await route.fulfill({ json: { identityId, token } });
  });
  await page.route("https://*.s3.*.amazonaws.com/**", (route) =>
    route.fulfill({ headers: { ...ANY_ORIGIN, "access-control-allow-methods": "PUT" }, body: "" }),
  );
}
