// @ts-check
// The credentials of one client: one round of requests at a time, shared by whoever waits. What to do is decided by the
// machine in the handle; here it is done.
import { ask } from "./ask.js";
import { clockWatch } from "./clock-watch.js";
import { fieldError, signedOut } from "./error.js";
import { openStore } from "./identity-store.js";
import * as op from "./operation.js";
import { random, sleep } from "./transport.js";
import { alarm } from "./wake.js";
import { askWho } from "./who.js";

/** @import { ClientOptions, IdentityFunction, Logins, LoginsFunction } from "./api.js" */
/** @import { Core } from "./core.js" */
/** @import { Emit } from "./events.js" */
/** @import { HeadStart, Issued } from "./head-start.js" */
/** @import { Shared, Tabs } from "./tabs.js" */
/** @import { Who } from "./who.js" */

/** Why a round ends when other logins have come. */
const OVERTAKEN = Symbol("overtaken");

/** What `DECIDE` gives. */
const USE = "0";
const AWAIT = "2";

/** Milliseconds between glances at the clock. */
const OFTEN = 1_000;

/** How old a head start may be, in milliseconds: its logins and credentials do not live for ever. */
const HEAD_START_LIFE = 60_000;

export class Session {
  #core;
  #options;
  #emit;
  /** @type {Logins | LoginsFunction | IdentityFunction | undefined} */
  #source;
  #field;
  #store;
  /** @type {Promise<Tabs | undefined> | undefined} */
  #tabs;
  /** A guest after a sign-out is a new one, not another tab's. */
  #isNewcomer = false;
  /** What listeners were told last, and the key of the set that was used last. */
  #identityId = "";
  #key = "";
  /** @type {{ work: Promise<void>, abort: AbortController } | undefined} */
  #round;
  /** What listeners know of the clock. */
  #offset = 0;
  #jump = clockWatch();
  #watched = 0;
  #head;
  #alarm = alarm(this);

  /**
   * @param {Core} core
   * @param {ClientOptions} options
   * @param {Emit} emit
   * @param {boolean} isNewcomer Somebody has signed out already.
   * @param {HeadStart} [head] What was asked already, for the first round.
   */
  constructor(core, options, emit, isNewcomer, head) {
    this.#core = core;
    this.#options = options;
    this.#emit = emit;
    const { identity, logins, identityPoolId, rememberIdentity } = options;
    this.#source = identity ?? logins;
    this.#field = identity ? "options.identity" : "options.logins";
    this.#store = rememberIdentity && identityPoolId ? openStore(rememberIdentity, identityPoolId) : undefined;
    this.#isNewcomer = isNewcomer;
    this.#head = head;
    // What an earlier page left is of one who has left.
    if (isNewcomer) this.#store?.keep("");
  }

  /** Waits until there are credentials that are good now. */
  async ready() {
    this.watchClock();
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

  /**
   * Goes on with credentials that signed calls before this was there.
   *
   * @param {Issued} issued
   */
  adopt({ set, at, dated, behind, isUser }) {
    const id = this.#core.run(op.BEGIN, random());
    if (dated) this.#core.run(op.OBSERVE, ...dated);
    this.#core.run(op.ACCEPT, id, at, ...set, isUser ? 1 : "");
    this.#jump = clockWatch(behind);
    this.watchClock();
    this.#tell();
    this.look();
  }

  /** Whether there are credentials that are good now; if they are not or end soon, a round starts. */
  isReady() {
    this.watchClock();
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

  /**
   * Gets another set in place of the one of this key, which AWS refuses. Whether there is one then, or soon.
   *
   * @param {string | undefined} key
   */
  async replace(key) {
    try {
      await this.renew();
    } catch {
      return false;
    }
    return this.#core.run(op.CREDENTIALS).split("\0")[0] !== key;
  }

  /**
   * Looks after the set in the background.
   *
   * @param {boolean} [woken]
   */
  look(woken) {
    this.watchClock();
    const wait = this.#core.run(op.LOOK, Date.now(), woken && 1);
    if (wait === "0" && !this.#round) this.#start();
    else this.#alarm(+wait);
  }

  /** Tells of the clock when more is known of it. */
  tellClock() {
    const [offset, from] = this.#core.run(op.CLOCK).split("\0");
    if (+offset === this.#offset) return;
    this.#offset = +offset;
    this.#emit("clock", { offset: +offset, from: /** @type {any} */ (from) });
  }

  /**
   * As {@link watchClock}, but once a second is enough for those who come by the thousand.
   *
   * @param {number} now
   */
  glanceAtClock(now) {
    if (now < this.#watched || now >= this.#watched + OFTEN) this.watchClock(now);
  }

  /** Notices when the device's clock was set, or the device has slept. */
  watchClock(now = Date.now()) {
    this.#watched = now;
    const jump = this.#jump();
    if (!jump) return;
    this.#core.run(op.JUMPED, Math.max(jump, 0), Math.max(-jump, 0), now);
    this.tellClock();
  }

  #start() {
    const abort = new AbortController();
    const id = +this.#core.run(op.BEGIN, random());
    if (this.#head && performance.now() - this.#head.began > HEAD_START_LIFE) this.#head = undefined;
    const work = Promise.race([
      this.#run(id, abort.signal),
      new Promise((_, reject) => abort.signal.addEventListener("abort", () => reject(abort.signal.reason))),
    ]).finally(() => {
      if (this.#round !== round) return;
      this.#round = this.#head = undefined;
      this.look();
    });
    // A background round that fails while the old set serves concerns nobody but listeners.
    work.then(
      () => this.#tell(),
      ({ code }) => abort.signal.aborted || this.#emit("credentials", { outcome: "failed", code }),
    );
    const round = { work, abort };
    return (this.#round = round);
  }

  /** Tells of the new set and its identity. */
  #tell() {
    const [key, , , identityId, expiration] = this.#core.run(op.CREDENTIALS).split("\0");
    this.#key = key;
    this.#tellIdentity(identityId);
    this.#emit("credentials", {
      outcome: "renewed",
      ...(identityId && { identityId }),
      ...(expiration && { expiration: new Date(+expiration) }),
    });
  }

  /** @param {string} current */
  #tellIdentity(current) {
    const previous = this.#identityId;
    if (current === previous) return;
    this.#identityId = current;
    this.#emit("identitychange", { ...(previous && { previous }), ...(current && { current }) });
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
      const who = await (this.#head?.who ?? askWho(this.#source, this.#field));
      const stored = await this.#store?.read();
      if (signal.aborted) return;
      if (stored) this.#core.run(op.REMEMBER, stored);
      const shared = await this.#share(id, who, signal);
      if (signal.aborted) return;
      if (shared) this.#take(id, who, shared);
    } catch (error) {
      this.#core.run(op.FAILED, id, Date.now());
      throw error;
    }
    // A user's identity is never a guest's again.
    const [identityId, isUser] = this.#core.run(op.IDENTITY).split("\0");
    this.#store?.keep(isUser ? "" : identityId);
  }

  /**
   * An exchange with Cognito, or what another tab has.
   *
   * @param {number} id
   * @param {Who} who
   * @param {AbortSignal} signal
   * @returns {Promise<Shared | void>}
   */
  async #share(id, who, signal) {
    const exchange = () => this.#exchange(id, who, signal);
    const { identityPoolId, roleArn, classicFlow, shareBetweenTabs } = this.#options;
    if (!shareBetweenTabs) return exchange();
    this.#tabs ??= import("./tabs.js").then(
      ({ Tabs }) => new Tabs(() => this.#fresh()),
      () => undefined,
    );
    const tabs = await this.#tabs;
    if (!tabs) return exchange();
    const [known, isUser] = this.#core.run(op.IDENTITY).split("\0");
    const { logins, identityId = isUser && !logins.length ? "" : known } = who;
    const alone = this.#isNewcomer && !identityId && !logins.length;
    const scope = [identityPoolId, roleArn, classicFlow];
    return tabs.round(scope, logins, { identityId, known: this.#key, alone }, exchange, signal);
  }

  /** The set for another tab, if it has long to live. */
  #fresh() {
    if (this.#round || this.#core.run(op.DECIDE, Date.now()) !== USE) return;
    return { set: this.#core.run(op.CREDENTIALS).split("\0"), offset: this.#core.run(op.CLOCK).split("\0")[0] };
  }

  /**
   * Takes another tab's set, and what that tab knows of the clock.
   *
   * @param {number} id
   * @param {Who} who
   * @param {Shared} shared
   */
  #take(id, { logins }, { set, offset }) {
    const now = Date.now();
    // Half a second is what a `Date` header is short of on average.
    this.#core.run(op.OBSERVE, now + +offset - 500, now, now);
    this.tellClock();
    this.#core.run(op.ACCEPT, id, now, ...set, logins.length ? 1 : "");
  }

  /**
   * @param {number} id
   * @param {Who} who
   * @param {AbortSignal} signal
   */
  async #exchange(id, { logins, identityId }, signal) {
    // What an overtaken round has gathered must not get into the one that overtook it.
    if (signal.aborted) return;
    logins.forEach((login) => this.#core.run(op.LOGIN, ...login));
    if (!this.#core.run(op.START_EXCHANGE, id, identityId)) return;
    const began = performance.now();
    // Not a number when the round is over.
    for (let wait = 0, attempt = 1; wait >= 0; attempt += 1) {
      if (wait) await sleep(wait, signal);
      if (signal.aborted) return;
      const request = this.#core.run(op.REQUEST);
      const { answer, dated } = await (this.#head?.take(request) ??
        ask(request, attempt, this.#options.timeoutMs, signal, this.#emit));
      if (dated) this.#core.run(op.OBSERVE, ...dated);
      const elapsed = Math.trunc(performance.now() - began);
      try {
        wait = +this.#core.run(op.ANSWERED, id, random(), Date.now(), elapsed, ...answer);
      } finally {
        // A refusal may name the time.
        this.tellClock();
      }
    }
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
      // They go into headers and, side by side, over the border: printable ASCII only, which AWS's own are.
      ![accessKeyId, secretAccessKey, sessionToken ?? "-"].every(
        (text) => typeof text === "string" && /^[ -~]+$/.test(text),
      ) ||
      // Signed as it is: blanks would have to be looked for in its thousand characters.
      sessionToken?.includes(" ") ||
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

  /** @param {Logins | LoginsFunction | IdentityFunction | undefined} source */
  setLogins(source) {
    this.#source = source;
    this.#field = "options.logins";
    this.#core.run(op.CHANGE_LOGINS);
    this.#end(OVERTAKEN);
  }

  signOut() {
    this.#source = undefined;
    this.#isNewcomer = true;
    this.#core.run(op.SIGN_OUT);
    this.#core.token = "";
    this.#store?.keep("");
    this.#tabs?.then((tabs) => tabs?.close());
    this.#end(signedOut());
    this.#tellIdentity("");
  }

  /** @param {unknown} reason */
  #end(reason) {
    const round = this.#round;
    this.#round = this.#head = undefined;
    round?.abort.abort(reason);
  }
}
