// What the facade's own tests have in the place of the WebAssembly: the same exports, and a core that notes what it is
// asked. Nothing of AWS is imitated here.
import { createHash } from "node:crypto";

export { SigFetchError } from "../../pkg/error.js";

/** The module that the build would have made: empty, and marked as this build's. */
export const build = "0123abcd";
const section = ["sigfetch", build].map((text) => Buffer.from(text));
export const module = Buffer.concat([
  Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 1 + section[0].length + section[1].length, section[0].length]),
  ...section,
]);

export function initSync({ module }) {
  new WebAssembly.Instance(module);
}

export class Hasher {
  #hash = createHash("sha256");
  update(bytes) {
    this.#hash.update(bytes);
  }
  finish() {
    return this.#hash.digest("hex");
  }
  free() {}
}

/** What the cores were asked, in order. */
export const asked = [];

/** What the next calls get, by the name of the method. */
export const answers = {};

export class Client {
  clockOffset = 0;
  evidence() {}

  constructor(page) {
    this.page = page;
    Client.last = new WeakRef(this);
    asked.push(["new", page.options]);
  }
}
for (const name of [
  ...["fetch", "sign", "signHeaders", "signHeadersNow", "signHeadersSync", "presign", "presignSync", "graphql"],
  ...["credentials", "identityId", "whoami", "setLogins", "signOut", "close"],
]) {
  Client.prototype[name] = function (...given) {
    asked.push([name, ...given]);
    return answers[name]?.(...given);
  };
}
