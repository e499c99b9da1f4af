// @ts-check
// One renewal for all tabs of an origin. Loaded only where `shareBetweenTabs` asks for it, and the whole of it is a
// matter of the platform's: a lock that one tab at a time renews under, and a channel on which the tab that comes next
// asks the others for the set that they have. The name of both is a digest of all that two tabs must have in common.
import { claimsOf } from "./claims.js";
import { sha256 } from "./sha256.js";

/**
 * A set as the handle gives it, and how far the device's clock is off.
 *
 * @typedef {{ set: string[], offset: string }} Shared
 */

/** How long a tab waits for its turn: after that it goes on alone. Others may be slow, frozen or offline. */
const LOCK_PATIENCE = 5_000;

/** How long a tab waits for those that have a set to answer. They do so in a few milliseconds, unless they are frozen. */
const ANSWER_PATIENCE = 1_000;

/** Claims of the single token; all others are the user's, and may decide about the role. */
const OF_THE_TOKEN = /^(exp|iat|nbf|auth_time|jti|origin_jti|event_id|at_hash|nonce)$/;

export class Tabs {
  #current;
  #name = "";
  /** Whether the set of this tab was fetched under that name: a failed round may leave another user's. */
  #isMine = false;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #leave = () => {};
  /** @type {{ id: string, take: (shared?: Shared) => void } | undefined} */
  #question;

  /** @param {() => Shared | undefined} current Gives the set of this tab if it is fresh. */
  constructor(current) {
    this.#current = current;
    // An open channel and a held lock keep a page out of the back/forward cache.
    globalThis.addEventListener?.("pagehide", () => this.close());
  }

  /**
   * Runs a round. Gives another tab's set, or runs `exchange` and gives nothing.
   *
   * @param {unknown[]} scope
   * @param {[string, string][]} logins
   * @param {{ identityId: string, known: string, alone: boolean }} wanted Of which identity, and the key of the set that
   *   is to be replaced; `alone`: take nothing from others, but let them take.
   * @param {() => Promise<void>} exchange
   * @param {AbortSignal} signal
   * @returns {Promise<Shared | void>}
   */
  async round(scope, logins, wanted, exchange, signal) {
    if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel || !globalThis.crypto?.subtle) return exchange();
    const name = await nameOf(scope, logins);
    if (signal.aborted) return;
    this.#open(name);
    return this.#inTurn(async () => {
      const shared = (!wanted.alone && (await this.#ask(wanted))) || (await exchange());
      // Before the next one's turn, who would not know whom to ask.
      if (!signal.aborted) await this.#stay();
      return shared;
    }, signal);
  }

  /**
   * Does work when it is this tab's turn, or when that takes too long.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @param {AbortSignal} signal
   */
  async #inTurn(work, signal) {
    let isMyTurn = false;
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(LOCK_PATIENCE)]);
      return await navigator.locks.request(this.#name, { signal: patience }, () => {
        isMyTurn = true;
        return work();
      });
    } catch (error) {
      if (isMyTurn || signal.aborted) throw error;
      return work();
    }
  }

  /** Answers no more, and is not there for others. */
  close() {
    this.#leave();
    this.#channel?.close();
    this.#channel = undefined;
    this.#name = "";
    this.#isMine = false;
  }

  /** @param {string} name */
  #open(name) {
    if (name === this.#name) return;
    this.close();
    this.#name = name;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  /** Says that there is a set here now, by a lock that all who have one share: questions count on their answers. */
  async #stay() {
    if (this.#isMine || !this.#name) return;
    this.#isMine = true;
    const gone = new Promise((resolve) => (this.#leave = () => resolve(undefined)));
    await new Promise((resolve) => {
      navigator.locks.request(`${this.#name}.has`, { mode: "shared" }, () => (resolve(undefined), gone)).catch(resolve);
    });
  }

  /** @param {any} data */
  #hear({ question, identityId, known, answer, shared }) {
    if (answer) {
      if (answer === this.#question?.id) this.#question?.take(shared);
      return;
    }
    if (!this.#isMine) return;
    const mine = this.#current();
    const isWanted = mine && mine.set[0] !== known && (!identityId || mine.set[3] === identityId);
    this.#channel?.postMessage({ answer: question, ...(isWanted && { shared: mine }) });
  }

  /**
   * Asks the other tabs for their set.
   *
   * @param {{ identityId: string, known: string }} wanted
   * @returns {Promise<Shared | undefined>}
   */
  async #ask({ identityId, known }) {
    const { held = [] } = await navigator.locks.query();
    let others = held.filter(({ name }) => name === `${this.#name}.has`).length - +this.#isMine;
    if (others < 1) return;
    return new Promise((resolve) => {
      const id = crypto.randomUUID();
      const take = (/** @type {Shared | undefined} */ shared) => {
        if (shared || --others < 1) resolve(shared);
      };
      this.#question = { id, take };
      this.#channel?.postMessage({ question: id, identityId, known });
      setTimeout(resolve, ANSWER_PATIENCE);
    });
  }
}

/**
 * The name that only tabs have which may share. The number in it is that of the messages' form: after a deployment, old
 * and new pages are open at once.
 *
 * @param {unknown[]} scope
 * @param {[string, string][]} logins
 */
async function nameOf(scope, logins) {
  const who = logins.map(([provider, token]) => [provider, subjectOf(token)]).sort();
  const text = JSON.stringify([scope, who]);
  return `sigfetch.1.${await sha256(new TextEncoder().encode(text))}`;
}

/**
 * Whom a token is about: its claims but those of the single token. A token without a subject stands for itself.
 *
 * @param {string} token
 */
function subjectOf(token) {
  try {
    const claims = claimsOf(token);
    if (claims.sub) return JSON.stringify(claims, (name, value) => (OF_THE_TOKEN.test(name) ? undefined : value));
  } catch {
    // No JWT.
  }
  return token;
}
