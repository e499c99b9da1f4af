// Errors by their codes.
import { SigFetchError, createClient } from "sigfetch";
import type { SigFetchErrorCode } from "sigfetch";
import { SigFetchError as FromLean, createClient as createLean } from "sigfetch/lean";

/** A new code has to be added here: until then `code` is no `never` at the end, and this file does not compile. */
export function audience(code: SigFetchErrorCode): "developer" | "user" | "operations" {
  switch (code) {
    case "INVALID_OPTION":
    case "INVALID_REQUEST":
    case "UNKNOWN_ENDPOINT":
    case "INSECURE_URL":
    case "LOGINS_FAILED":
    case "PROVIDER_FAILED":
    case "LOGIN_REJECTED":
    case "GUESTS_NOT_ALLOWED":
    case "POOL_NOT_FOUND":
    case "POOL_MISCONFIGURED":
    case "REFUSED":
    case "NOT_READY":
    case "CLOSED":
      return "developer";
    case "LOGIN_EXPIRED":
    case "IDENTITY_LOST":
    case "SIGNED_OUT":
      return "user";
    case "THROTTLED":
    case "SERVICE_FAULT":
    case "NETWORK":
    case "TIMEOUT":
    case "WASM_LOAD":
      return "operations";
    default: {
      const none: never = code;
      return none;
    }
  }
}

export function tell(error: unknown): string {
  if (!(error instanceof SigFetchError)) return String(error);
  const name: "SigFetchError" = error.name;
  const { code, advice, message, retryable, field, status, serviceError, requestId } = error;
  const texts: string[] = [name, code, advice, message];
  const perhaps: (string | undefined)[] = [field, serviceError, requestId];
  const flag: boolean = retryable;
  const number: number | undefined = status;
  // @ts-expect-error: no such code
  if (code === "UNKNOWN_HOST") return "";
  // @ts-expect-error: what happened is not changed
  error.code = "REFUSED";
  return [...texts, ...perhaps, flag, number].join(" ");
}

// @ts-expect-error: only the client makes them
new SigFetchError("REFUSED");

// Both entries are one API.
export const entries: [typeof createClient, typeof SigFetchError] = [createLean, FromLean];
