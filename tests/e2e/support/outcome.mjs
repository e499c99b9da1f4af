// How a call in the page ended, in a form that can leave the page, and what an error has to be.
import assert from "node:assert/strict";

/** Makes `outcome(promise)` known to a page: `{ value }` or `{ error }` with all that an error shows of itself. */
export function installOutcome() {
  const describe = (error) => ({
    ...error,
    name: error?.name,
    message: error?.message,
    text: String(error),
    json: JSON.stringify(error),
    stack: String(error?.stack),
    cause: error?.cause === undefined ? undefined : String(error.cause),
    isError: error instanceof Error,
  });
  globalThis.outcome = async (work) => {
    try {
      return { value: await (typeof work === "function" ? work() : work) };
    } catch (error) {
      return { error: describe(error) };
    }
  };
}

/**
 * Asserts that a call ended with a `SigFetchError` of this code and these further facts, that it says what to do next
 * and that nothing in it is one of `secrets`.
 */
export function assertRefused({ value, error }, code, facts = {}, secrets = []) {
  assert.ok(error, `${code} expected, but it gave ${JSON.stringify(value)}`);
  const told = `${error.stack}\n${error.json}`;
  assert.equal(error.name, "SigFetchError", told);
  assert.equal(error.isError, true);
  assert.equal(error.code, code, told);
  assert.ok(error.message.length > 10, told);
  assert.match(error.advice, /^[A-Z].*\.$/, told);
  assert.equal(typeof error.retryable, "boolean", told);
  for (const [name, fact] of Object.entries(facts)) {
    if (fact instanceof RegExp) assert.match(String(error[name]), fact, told);
    else assert.equal(error[name], fact, told);
  }
  if (error.field !== undefined) assert.ok(error.message.length > error.field.length, told);
  for (const secret of secrets) assert.ok(!told.includes(secret) && !error.text.includes(secret), "a secret is shown");
}
