// @ts-check
// What a client's first round asks of Cognito, asked while the WebAssembly is still on its way. It is a guess at what
// the machine in the handle will ask, and the machine gets an answer only to the very same request, byte for byte.
// Where the guess may be wrong nothing is sent: a guest's GetId that nobody uses leaves an identity behind.
// Credentials that come without anything to think about sign the first calls before the machine is there.
import { ask } from "./ask.js";
import { LITTLE, steadily } from "./clock-watch.js";
import { openStore } from "./identity-store.js";
import { checkKinds } from "./options.js";
import { askWho } from "./who.js";

/** @import { ClientOptions } from "./api.js" */
/** @import { Asked } from "./ask.js" */
/** @import { Emit } from "./events.js" */
/** @import { Who } from "./who.js" */

/**
 * `who` comes when the first request is on its way, `issued` when the last one is answered; nothing if there is anything
 * to think about. `take` gives the answer to a request, once; a request that was not guessed ends it all. `end` aborts
 * what is on its way.
 *
 * @typedef {object} HeadStart
 * @property {Promise<Who>} who
 * @property {Promise<Issued | undefined>} issued
 * @property {number} began
 * @property {(request: string) => Promise<Asked> | undefined} take
 * @property {() => void} end
 */
/**
 * Credentials that Cognito gave: access key id, secret access key, session token, identity id and expiration, as the
 * handle takes them; when they came, what that answer says of the clock, and whether they are a user's.
 *
 * @typedef {object} Issued
 * @property {[string, string, string, string, number]} set
 * @property {number} at
 * @property {number[]} [dated]
 * @property {number} behind How far the device's clock was from steady time then.
 * @property {boolean} isUser
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
    const store = rememberIdentity ? openStore(rememberIdentity, identityPoolId) : undefined;
    /** @type {any} */
    const stored = isNewcomer ? "" : await store?.read();
    if (abort.signal.aborted || identityId) return { who };
    const isUser = logins.length > 0;
    const more = isUser && { Logins: Object.fromEntries(logins) };
    const getCredentials = async (/** @type {string} */ IdentityId) => {
      const issued = issuedOf(await send("GetCredentialsForIdentity", { IdentityId, ...more }), isUser);
      // A user's identity is never a guest's again.
      if (issued && !abort.signal.aborted) store?.keep(isUser ? "" : issued.set[3]);
      return issued;
    };
    if (regionOf(stored) === regionOf(identityPoolId)) return { who, issued: getCredentials(stored) };
    // Before the machine, which takes the answer later, can ask for them.
    const issued = send("GetId", { IdentityPoolId: identityPoolId, ...more }).then(
      ({ answer: [status, , , document] }) => {
        const id = value(document, "IdentityId");
        return status === 200 && id ? getCredentials(id) : undefined;
      },
    );
    return { who, issued };
  };
  const begun = begin();
  const who = begun.then(({ who }) => who);
  const issued = begun.then(({ issued }) => issued);
  for (const waiting of [who, issued]) waiting.catch(() => {});
  const end = () => abort.abort();
  return {
    who,
    issued: issued.catch(() => undefined),
    began: performance.now(),
    take(request) {
      const asked = answers.get(request);
      if (!answers.delete(request)) end();
      return asked;
    },
    end,
  };
}

/** How far off the device's clock may seem where a `Date` header tells, which has whole seconds, and where none does. */
const NOISE = 2_000;
const SKEW = 240_000;

/** How long credentials last, and so much of it makes them worth another thought. */
const LIFETIME = 3_600_000;
const STALE_BEFORE = 900_000;

/**
 * The credentials in an answer; nothing if there are none, or if the device's clock may be wrong.
 *
 * @param {Asked} asked
 * @param {boolean} isUser
 * @returns {Issued | undefined}
 */
function issuedOf({ answer: [status, , , document = ""], dated }, isUser) {
  const texts = ["Credentials.AccessKeyId", "Credentials.SecretKey", "Credentials.SessionToken", "IdentityId"];
  const [key, secret, token, id] = texts.map((name) => value(document, name));
  const expiration = Math.trunc(+value(document, "Credentials.Expiration#")) * 1_000;
  const at = Date.now();
  const told = dated ? dated[0] + 500 - (dated[1] + dated[2]) / 2 : expiration - LIFETIME - at;
  const isPlain = status === 200 && [key, secret, token, id].every((text) => /^[!-~]+$/.test(text));
  if (!isPlain || !(Math.abs(told) <= (dated ? NOISE : SKEW))) return;
  return { set: [key, secret, token, id, expiration], at, dated, behind: steadily(), isUser };
}

/**
 * Whether credentials may sign without another thought.
 *
 * @param {Issued} issued
 */
export const isGood = ({ set: [, , , , expiration], behind }) =>
  expiration - Date.now() > STALE_BEFORE && Math.abs(steadily() - behind) < LITTLE;

/**
 * A value of a flat document.
 *
 * @param {string} document
 * @param {string} path
 */
const value = (document, path) => document.split(`\x02${path}\x01`)[1]?.split("\x02")[0] ?? "";

/**
 * The region of an identity pool or an identity; nothing where it is not plain.
 *
 * @param {any} id
 */
export const regionOf = (id) => ID.exec(id)?.[1];

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
