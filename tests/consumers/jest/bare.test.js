/** @jest-environment jsdom */
// jsdom as Jest brings it: no fetch, no Request, no TextEncoder. A component that imports the package can be tested there.
import { createClient } from "./src/entry.js";

test("the package can be imported and a client be made, and a call says what is missing", async () => {
  expect(globalThis.fetch).toBeUndefined();
  const { signedFetch } = createClient(JSON.parse(process.env.TASK).options);
  const error = await signedFetch("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items").catch(
    (error) => error,
  );
  expect(error).toMatchObject({ name: "SigFetchError", code: expect.any(String), advice: expect.any(String) });
});
