// @ts-check
// The credentials of one client: one round of requests at a time, shared by whoever waits. What to do is decided by the
// machine in the handle; here it is done.
import { SigFetchError, fieldError } from "./error.js";
import * as op from "./operation.js";
import { reply, sleep } from "./transport.js";

/** @import { AwsCredentials, ClientOptions, Logins } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { Emit } from "./events.js" */

/** Why a round ends when other logins have come. */
const OVERTAKEN = Symbol("overtaken");

/** What `DECIDE` gives. */
const USE = "0";
const AWAIT = "2";

export class Session {
  #core;
  #options;
  #emit;
  #logins;
  /** @type {{ work: Promise<void>, abort: AbortController } | undefined} */
  #round;

  /**
   * @param {Core} core
   * @param {ClientOptions} options
   * @param {Emit} emit
   */
  constructor(core, options, emit) {
    this.#core = core;
    this.#options = options;
    this.#emit = emit;
    this.#logins = options.logins;
  }

  /** Waits until there are credentials that are good now. */
  async ready() {
    for (;;) {
      const decision = this.#core.run(op.DECIDE, Date.now());
      if (decision === USE) return;
      const { work } = this.#round ?? this.#start();
      if (decision !== AWAIT) return;
      try {
        // What a round brings is used even if it is about to end: asking again would bring the same.
        return await work;
      } catch (error) {
        if (error !== OVERTAKEN) throw error;
      }
    }
  }

  /** Whether there are credentials that are good now; if they are not or end soon, a round starts. */
  isReady() {
    let decision = this.#core.run(op.DECIDE, Date.now());
    if (decision !== USE && !this.#round) {
      this.#start();
      // Credentials that are given as an object are there at once.
      decision = this.#core.run(op.DECIDE, Date.now());
    }
    return decision !== AWAIT;
  }

  /** Waits for newer credentials than the current ones. */
  async renew() {
    try {
      await (this.#round ?? this.#start()).work;
    } catch (error) {
      // Other logins came: theirs are newer, too.
      if (error !== OVERTAKEN) throw error;
    }
  }

  #start() {
    const abort = new AbortController();
    const id = +this.#core.run(op.BEGIN);
    const work = Promise.race([
      this.#run(id, abort.signal),
      new Promise((_, reject) => abort.signal.addEventListener("abort", () => reject(abort.signal.reason))),
    ]).finally(() => {
      if (this.#round === round) this.#round = undefined;
    });
    // A background round that fails while the old set serves concerns nobody but listeners.
    work.then(
      () => this.#tell(),
      ({ code }) => abort.signal.aborted || this.#emit("credentials", { outcome: "failed", code }),
    );
    const round = { work, abort };
    return (this.#round = round);
  }

  /** Tells of the new set. */
  #tell() {
    const [, , , identityId, expiration] = this.#core.run(op.CREDENTIALS).split("\0");
    this.#emit("credentials", {
      outcome: "renewed",
      ...(identityId && { identityId }),
      ...(expiration && { expiration: new Date(+expiration) }),
    });
  }

  /**
   * @param {number} id
   * @param {AbortSignal} signal
   */
  async #run(id, signal) {
    try {
      const { credentials } = this.#options;
      if (credentials) {
        return this.#accept(id, typeof credentials === "function" ? await this.#provided(credentials) : credentials);
      }
      const logins = await this.#tokens();
      // What an overtaken round has gathered must not get into the one that overtook it.
      if (signal.aborted) return;
      logins.forEach((login) => this.#core.run(op.LOGIN, ...login));
      if (!this.#core.run(op.START_EXCHANGE, id)) return;
    } catch (error) {
      this.#core.run(op.FAILED, id, Date.now());
      throw error;
    }
    // Not a number when the round is over.
    for (let wait = 0; wait >= 0;) {
      if (wait) await sleep(wait);
      if (signal.aborted) return;
      const answer = await this.#ask(signal);
      wait = +this.#core.run(op.ANSWERED, id, Math.trunc(Math.random() * 1e6), Date.now(), ...answer);
    }
  }

  /**
   * One call of Cognito; its `Date` sets the clock.
   *
   * @param {AbortSignal} signal
   */
  async #ask(signal) {
    const [url, target, body] = this.#core.run(op.REQUEST).split("\0");
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    const sent = Date.now();
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
        body,
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.any([timeout, signal]),
      });
      const date = Date.parse(response.headers.get("date") ?? "");
      if (date && this.#core.run(op.OBSERVE, date, sent, Date.now())) {
        this.#emit("clock", { offset: +this.#core.run(op.CLOCK) });
      }
      return reply(response, await response.text());
    } catch {
      return [timeout.aborted ? 1 : 0];
    }
  }

  /** Asks every login for its token, anew at each round. */
  #tokens() {
    return Promise.all(
      Object.entries(this.#logins ?? {}).map(async ([provider, login]) => {
        const field = `options.logins["${provider}"]`;
        let token;
        try {
          token = typeof login === "function" ? await login() : login;
        } catch (cause) {
          throw fieldError("LOGINS_FAILED", field, "threw or rejected", cause);
        }
        if (typeof token !== "string" || !token)
          throw fieldError("LOGINS_FAILED", field, "gave no token: a non-empty string");
        return [provider, token];
      }),
    );
  }

  /**
   * Credentials from elsewhere.
   *
   * @param {() => unknown} credentials
   */
  async #provided(credentials) {
    try {
      return await credentials();
    } catch (cause) {
      throw fieldError("PROVIDER_FAILED", "options.credentials", "threw or rejected", cause);
    }
  }

  /**
   * @param {number} id
   * @param {any} given
   */
  #accept(id, given) {
    const { accessKeyId, secretAccessKey, sessionToken, identityId, expiration } = given ?? {};
    const end = expiration === undefined ? undefined : +new Date(expiration);
    if (
      ![accessKeyId, secretAccessKey, sessionToken ?? "-"].every((text) => text && typeof text === "string") ||
      Number.isNaN(end)
    ) {
      throw fieldError(
        typeof this.#options.credentials === "function" ? "PROVIDER_FAILED" : "INVALID_OPTION",
        "options.credentials",
        "must give { accessKeyId, secretAccessKey, sessionToken?, expiration? }",
      );
    }
    this.#core.run(
      op.ACCEPT,
      id,
      Date.now(),
      accessKeyId,
      secretAccessKey,
      sessionToken,
      identityId,
      end && Math.trunc(end),
    );
  }

  /** @param {Logins | undefined} logins */
  setLogins(logins) {
    this.#logins = logins;
    this.#core.run(op.CHANGE_LOGINS);
    this.#end(OVERTAKEN);
  }

  signOut() {
    this.#logins = undefined;
    this.#core.run(op.SIGN_OUT);
    this.#end(signedOut());
  }

  /** @param {unknown} reason */
  #end(reason) {
    const round = this.#round;
    this.#round = undefined;
    round?.abort.abort(reason);
  }
}

export const signedOut = () =>
  new SigFetchError({
    code: "SIGNED_OUT",
    message: "Signed out while this call waited",
    advice: "Call again for the new identity.",
  });
