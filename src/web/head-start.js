// @ts-check
// What a client's first round asks of Cognito, asked while the WebAssembly is still on its way. It is a guess at what
// the machine in the handle will ask, and the machine gets an answer only to the very same request, byte for byte.
// Where the guess may be wrong nothing is sent: a guest's GetId that nobody uses leaves an identity behind.
import { ask } from "./ask.js";
import { checkKinds } from "./core.js";
import { openStore } from "./identity-store.js";
import { askWho } from "./who.js";

/** @import { ClientOptions } from "./api.js" */
/** @import { Asked } from "./ask.js" */
/** @import { Emit } from "./events.js" */
/** @import { Who } from "./who.js" */

/**
 * `who` comes when the first request is on its way. `take` gives the answer to a request, once; a request that was not
 * guessed ends it all. `end` aborts what is on its way.
 *
 * @typedef {{ who: Promise<Who>, began: number, take(request: string): Promise<Asked> | undefined, end(): void }} HeadStart
 */

/** Ids of pools and identities in the regions whose hosts are plain to see. */
const ID = /^(?!cn)([a-z]{2}-[a-z]+-\d):[\da-f-]{36}$/;

/** URLs that the handle hardly refuses. */
const AWS = /^https:\/\/[^/]+\.(amazonaws\.com|aws)\//;

/**
 * Begins the first round of a client, if it is plain what that will ask.
 *
 * @param {ClientOptions} options
 * @param {Emit} emit
 * @param {boolean} isNewcomer Somebody has signed out already.
 * @param {string} [target] What the call that waits is about. One that is refused asks nothing of Cognito.
 * @returns {HeadStart | undefined}
 */
export function headStart(options, emit, isNewcomer, target) {
  let url = "";
  try {
    checkKinds(options);
    const isPlain = !target || AWS.test(target) || options.endpoints?.some(({ url }) => target.startsWith(url));
    if (isPlain) url = addressOf(options);
  } catch {
    // The call that waits will meet it.
  }
  if (!url || options.identity || options.roleArn || options.classicFlow || options.shareBetweenTabs) return;

  const abort = new AbortController();
  /** @type {Map<string, Promise<Asked>>} */
  const answers = new Map();
  let attempt = 0;
  const send = (/** @type {string} */ operation, /** @type {object} */ input) => {
    const request = `${url}\0AWSCognitoIdentityService.${operation}\0${JSON.stringify(input)}`;
    const asked = ask(request, ++attempt, options.timeoutMs, abort.signal, emit);
    answers.set(request, asked);
    return asked;
  };
  const begin = async () => {
    const who = await askWho(options.logins, "options.logins");
    const { logins, identityId } = who;
    const { identityPoolId = "", rememberIdentity } = options;
    /** @type {any} */
    const stored = rememberIdentity && !isNewcomer ? await openStore(rememberIdentity, identityPoolId).read() : "";
    if (abort.signal.aborted || identityId) return who;
    const more = logins[0] && { Logins: Object.fromEntries(logins) };
    const getCredentials = (/** @type {string} */ IdentityId) =>
      send("GetCredentialsForIdentity", { IdentityId, ...more });
    if (regionOf(stored) === regionOf(identityPoolId)) {
      getCredentials(stored);
    } else {
      // Before the machine, which takes the answer later, can ask for them.
      send("GetId", { IdentityPoolId: identityPoolId, ...more }).then(({ answer: [status, , , document] }) => {
        const [, id] = /\x02IdentityId\x01([^\x02]+)/.exec(document) ?? [];
        if (status === 200 && id) getCredentials(id);
      });
    }
    return who;
  };
  const who = begin();
  who.catch(() => {});
  const end = () => abort.abort();
  return {
    who,
    began: performance.now(),
    take(request) {
      const asked = answers.get(request);
      if (!answers.delete(request)) end();
      return asked;
    },
    end,
  };
}

/** @param {any} id */
const regionOf = (id) => ID.exec(id)?.[1];

/**
 * Where Cognito listens, if that is plain. Login tokens go there: without TLS only to this very machine.
 *
 * @param {ClientOptions} options
 */
function addressOf({ endpoints, identityPoolId }) {
  const region = regionOf(identityPoolId);
  const declared = endpoints?.find(({ service }) => service === "cognito-identity");
  const { origin, protocol, hostname, href } = new URL(
    declared?.url ?? `https://cognito-identity.${region}.amazonaws.com`,
  );
  return region && href === `${origin}/` && /^https:|[:.]localhost$/.test(protocol + hostname) ? href : "";
}
