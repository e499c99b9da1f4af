// The identity of the page: the one sigfetch client, and those parts of its credentials that may be shown.
import { createClient } from "./pkg/index.js";
import { readIdToken } from "./user-pool.js";

/** What the client loads when it is needed. */
const parts = { explain: () => import("./pkg/explain.js"), realtime: () => import("./pkg/realtime.js") };

/** Dispatches `change` when `pass` may have changed. */
export class Session extends EventTarget {
  /** The sigfetch client of the environment in use. */
  client;
  /**
   * The parts that may be shown: `{ who, role, accessKeyId, identityId, begin, end }`. Undefined without credentials.
   */
  pass;
  #user;
  /** Changes at each sign-in, sign-out and change of environment: results of work that began before are discarded. */
  #turn = 0;

  /** Changes the environment; undefined means none. */
  useEnvironment(environment) {
    this.signOut();
    this.client = environment && createClient({ ...environment.clientOptions, ...parts });
  }

  async beGuest() {
    if (this.#user) this.signOut();
    await this.refresh();
  }

  /** Signs in with an ID token. The identity of a guest is kept for the user, that of another user is not. */
  async signIn(idToken) {
    const { provider, name } = readIdToken(idToken);
    if (this.#user) this.signOut();
    this.#turn += 1;
    this.client.setLogins({ [provider]: idToken });
    this.#user = name;
    try {
      await this.refresh();
    } catch (error) {
      // With a login that is refused, every later call would fail.
      this.signOut();
      throw error;
    }
  }

  signOut() {
    this.client?.signOut();
    this.#user = undefined;
    this.#show(undefined);
  }

  /** Shows the current credentials of the client, which refreshes them itself, and gets credentials if it has none. */
  async refresh() {
    const turn = this.#turn;
    const { accessKeyId, identityId, expiration } = await this.client.credentials();
    if (accessKeyId === this.pass?.accessKeyId) return;
    const { role } = await this.client.whoami();
    if (turn !== this.#turn) return;
    const who = this.#user ?? "Guest";
    this.#show({ who, role, accessKeyId, identityId, begin: Date.now(), end: expiration.getTime() });
  }

  /**
   * Passes the client to `work` and returns the outcome. The client may have refreshed its credentials meanwhile, so
   * the card is updated, unless there was an error of sigfetch.
   */
  async withClient(work) {
    const turn = this.#turn;
    const outcome = await work(this.client);
    // A failure is ignored: the next outcome updates the card.
    if (!outcome.code && turn === this.#turn) await this.refresh().catch(() => {});
    return outcome;
  }

  #show(pass) {
    this.#turn += 1;
    this.pass = pass;
    this.dispatchEvent(new Event("change"));
  }
}
