// The outcome of a call in a form that can be shown: a tone, a short status, facts and a body.
import { SigFetchError } from "./pkg/index.js";
import { SignInError } from "./user-pool.js";

/**
 * Waits for `work` and returns its outcome, whether it succeeded or failed: `{ tone, status, facts, body, duration }`.
 * `explained` is what the client can explain. The outcome of a `SigFetchError` also has its `code`. Tones are `good`, `denied` (AWS denied the request) and `bad`.
 */
export async function outcomeOf(work) {
  const begin = performance.now();
  let outcome;
  try {
    outcome = await work();
  } catch (error) {
    outcome = { ...ofError(error), explained: error };
  }
  return { facts: {}, ...outcome, duration: performance.now() - begin };
}

/** The outcome of an HTTP answer. */
export async function ofResponse(response) {
  // An explanation reads the body, too.
  const text = await response.clone().text();
  const errorType = response.ok ? null : response.headers.get("x-amzn-errortype");
  return {
    tone: response.ok ? "good" : isDenial(response.status) ? "denied" : "bad",
    status: [response.status, errorType ?? response.statusText].filter(Boolean).join(" "),
    body: parsed(text),
    explained: response,
  };
}

/** The outcome of a GraphQL answer, which may have data and errors. */
export function ofGraphql(answer) {
  const [first] = answer.errors ?? [];
  if (!first) return { tone: "good", status: "OK", body: answer };
  const denied = /unauthorized/i.test(first.errorType ?? "");
  return {
    tone: denied ? "denied" : "bad",
    status: first.errorType ?? "GraphQL error",
    body: answer,
    explained: answer,
  };
}

function ofError(error) {
  if (error instanceof SigFetchError) {
    const { code, message, advice, field, status, serviceError, requestId } = error;
    return {
      tone: isDenial(status) ? "denied" : "bad",
      status: code,
      code,
      facts: { Message: message, Advice: advice, Field: field, "AWS says": serviceError, "Request id": requestId },
    };
  }
  if (error instanceof SignInError) {
    return { tone: "bad", status: error.serviceError ?? "Sign-in failed", facts: { Message: error.message } };
  }
  if (error instanceof SyntaxError) {
    return { tone: "bad", status: "Not JSON", facts: { Message: error.message } };
  }
  return {
    tone: "bad",
    status: "No answer to read",
    facts: {
      Message: error.message,
      Advice: "Either the network failed, or the answer has no CORS headers. Browsers do not tell pages which.",
    },
  };
}

const isDenial = (status) => status === 401 || status === 403;

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
