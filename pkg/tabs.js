// @ts-check
// What tabs of one origin need to take turns and to ask each other: a lock that one tab at a time holds, a shared lock
// by which tabs announce that they can answer, and a channel for questions and answers. Their content is not known
// here. The platform's listeners hold a `Tabs` weakly, so that only its owner keeps it alive.

/** @typedef {{ kind: "question" | "answer", id: string, content: unknown }} Message */

const RELEASED = () => {};

export class Tabs {
  #name;
  #answer;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #isAnnounced = false;
  #isClosed = false;
  /** Functions that release a lock, or end the wait for one. @type {Set<() => void>} */
  #locks = new Set();
  /** This tab's unanswered questions, by their ids. @type {Map<string, (answer?: unknown) => void>} */
  #questions = new Map();
  #stopListening;

  static isSupported() {
    return !!(globalThis.navigator?.locks && globalThis.BroadcastChannel && globalThis.crypto?.randomUUID);
  }

  /**
   * @param {string} name Of lock and channel.
   * @param {(question: unknown) => unknown} answer Gives what to answer to another tab, or nothing. Called only while
   *   this tab has announced itself.
   */
  constructor(name, answer) {
    this.#name = name;
    this.#answer = answer;
    const held = new WeakRef(this);
    // An open channel and a held lock keep a page out of the back/forward cache.
    const listener = () => {
      const tabs = held.deref();
      if (tabs) tabs.#letGo();
    };
    globalThis.addEventListener?.("pagehide", listener);
    this.#stopListening = () => globalThis.removeEventListener?.("pagehide", listener);
  }

  /**
   * Waits for this tab's turn: until no other tab has one, but at most so many milliseconds.
   *
   * @param {number} patienceMs
   * @returns {Promise<() => void>} ends the turn; does nothing if the time ran out.
   */
  turn(patienceMs) {
    if (this.#isClosed) return Promise.resolve(RELEASED);
    return new Promise((resolve) => {
      const waiting = new AbortController();
      const stop = () => waiting.abort();
      const timer = setTimeout(stop, patienceMs);
      this.#locks.add(stop);
      const stopped = () => {
        clearTimeout(timer);
        this.#locks.delete(stop);
      };
      const hold = () => {
        stopped();
        return this.#hold(resolve);
      };
      navigator.locks.request(this.#name, { signal: waiting.signal }, hold).catch(() => {
        stopped();
        resolve(RELEASED);
      });
    });
  }

  /** Tells the other tabs that this one can answer, until it is closed. */
  async announce() {
    if (this.#isAnnounced || this.#isClosed) return;
    this.#isAnnounced = true;
    this.#open();
    await new Promise((resolve) => {
      const hold = () => (this.#isAnnounced ? this.#hold(resolve) : resolve(undefined));
      navigator.locks.request(this.#announcement(), { mode: "shared" }, hold).catch(resolve);
    });
  }

  /**
   * Asks the tabs that have announced themselves.
   *
   * @param {unknown} question
   * @param {number} patienceMs How long to wait; those who answer do so in a few milliseconds, unless they are frozen.
   * @returns {Promise<unknown>} the first answer that is one, or nothing.
   */
  async ask(question, patienceMs) {
    const { held = [] } = await navigator.locks.query();
    let others = held.filter(({ name }) => name === this.#announcement()).length - Number(this.#isAnnounced);
    if (others < 1 || this.#isClosed) return undefined;
    return new Promise((resolve) => {
      const id = crypto.randomUUID();
      const end = (/** @type {unknown} */ answer) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(end, patienceMs);
      this.#questions.set(id, (answer) => {
        others -= 1;
        if (others < 1 || answer !== undefined) end(answer);
      });
      this.#post({ kind: "question", id, content: question });
    });
  }

  /** Lets go of everything, for ever. */
  close() {
    this.#isClosed = true;
    this.#stopListening();
    this.#letGo();
  }

  /** Lets go of everything until it is needed again, as by a page that comes back from the back/forward cache. */
  #letGo() {
    this.#isAnnounced = false;
    for (const release of this.#locks) release();
    for (const end of [...this.#questions.values()]) end();
    this.#channel?.close();
    this.#channel = undefined;
  }

  #announcement() {
    return `${this.#name}.has`;
  }

  /**
   * Keeps a lock that was granted until it is released.
   *
   * @param {(release: () => void) => void} granted
   */
  #hold(granted) {
    return new Promise((resolve) => {
      const release = () => {
        this.#locks.delete(release);
        resolve(undefined);
      };
      this.#locks.add(release);
      granted(release);
    });
  }

  /** The channel, opened when it is first needed. */
  #open() {
    if (!this.#channel) {
      const channel = new BroadcastChannel(this.#name);
      const held = new WeakRef(this);
      channel.onmessage = ({ data }) => {
        const tabs = held.deref();
        if (tabs) tabs.#hear(data);
        else channel.close();
      };
      // Node's channels keep its process alive.
      /** @type {any} */ (channel).unref?.();
      this.#channel = channel;
    }
    return this.#channel;
  }

  /** @param {any} message Whatever a script of this origin has sent. */
  #hear(message) {
    if (message === null || typeof message !== "object" || typeof message.id !== "string") return;
    const { kind, id, content } = message;
    if (kind === "answer") this.#questions.get(id)?.(content ?? undefined);
    // Also without an answer, so that nobody waits for it.
    if (kind === "question" && this.#isAnnounced) this.#post({ kind: "answer", id, content: this.#answer(content) });
  }

  /** @param {Message} message */
  #post(message) {
    if (!this.#isClosed) this.#open().postMessage(message);
  }
}
