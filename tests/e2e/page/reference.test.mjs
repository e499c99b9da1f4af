// The API reference on the site: reached from the page, whole, and quiet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reference } from "../../../scripts/reference.mjs";
import { useSetting } from "../support/setting.mjs";

await reference();
const at = useSetting();

test("the page leads to the reference, and every link in it to something", async () => {
  const { page } = at;
  await page.goto(new URL("/", page.url()).href);
  await page.getByRole("link", { name: "API reference" }).click();
  await page.getByRole("link", { name: "createClient" }).first().waitFor();
  const seen = new Set();
  const broken = [];
  for (const todo = [page.url()]; todo.length > 0;) {
    const address = todo.pop();
    seen.add(address);
    const response = await fetch(address);
    if (!response.ok) broken.push(address);
    if (!/html/.test(response.headers.get("content-type")) || !address.includes("/reference/")) continue;
    for (const [, link] of (await response.text()).matchAll(/ (?:href|src)="([^"]+)"/g)) {
      const next = new URL(link, address);
      next.hash = "";
      if (next.origin === new URL(address).origin && !seen.has(next.href) && !todo.includes(next.href))
        todo.push(next.href);
    }
  }
  assert.ok(seen.size > 20);
  assert.deepEqual(broken, []);
});

test("what a client can do is in it, and the console stays silent", async () => {
  const { page } = at;
  await page.goto(new URL("/reference/interfaces/Client.html", page.url()).href);
  for (const name of ["signedFetch", "graphql", "credentials"]) {
    assert.ok(await page.getByRole("heading", { name }).first().isVisible(), name);
  }
  assert.deepEqual(at.said, []);
});
