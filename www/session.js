// Who the page acts as. It holds the one sigfetch client, and of its credentials only what may be shown.
import { createClient } from "./pkg/index.js";
import { readIdToken } from "./user-pool.js";

/** Fires `change` whenever `pass` may be another one. */
export class Session extends EventTarget {
  /** The sigfetch client of the environment in use. */
  client;
  /** What may be shown: `{ who, role, accessKeyId, identityId, begin, end }`. Undefined without credentials. */
  pass;
  #user;
  /** What waits from before a sign-out or a change of environment must not come back afterwards. */
  #turn = 0;

  /** Takes another environment; undefined for none. */
  useEnvironment(environment) {
    this.signOut();
    this.client = environment && createClient(environment.clientOptions);
  }

  async beGuest() {
    if (this.#user) this.signOut();
    await this.refresh();
  }

  /** Signs in with an ID token. A guest's identity goes over to the user, another user's does not. */
  async signIn(idToken) {
    const { provider, name } = readIdToken(idToken);
    if (this.#user) this.signOut();
    this.#turn += 1;
    this.client.setLogins({ [provider]: idToken });
    this.#user = name;
    try {
      await this.refresh();
    } catch (error) {
      // A login that is refused would make every later call fail.
      this.signOut();
      throw error;
    }
  }

  signOut() {
    this.client?.signOut();
    this.#user = undefined;
    this.#show(undefined);
  }

  /** Looks whether the client has new credentials, as it renews them by itself, and fetches them if it has none. */
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
   * Gives `work` the client and hands back its outcome. In between the client may have fetched credentials or renewed
   * them, so that is looked at, unless there were none to get.
   */
  async withClient(work) {
    const turn = this.#turn;
    const outcome = await work(this.client);
    // The outcome is what matters; the card catches up with the next one.
    if (!outcome.code && turn === this.#turn) await this.refresh().catch(() => {});
    return outcome;
  }

  #show(pass) {
    this.#turn += 1;
    this.pass = pass;
    this.dispatchEvent(new Event("change"));
  }
}
