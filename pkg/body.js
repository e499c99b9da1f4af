// @ts-check
// Bodies: every kind that `fetch` takes becomes bytes, in pieces if they are many, or a `Blob`. Those are hashed, sent
// and, if need be, sent again.
import { invalidRequest } from "./errors.js";
import { yielder } from "./yield.js";

/**
 * Pieces become `Blob`s one after the other while they are hashed: the browser keeps those elsewhere, and sends them
 * without another copy.
 *
 * @typedef {(Uint8Array<ArrayBuffer> | Blob)[]} Pieces
 */
/** @typedef {Uint8Array<ArrayBuffer> | Pieces | Blob} Data A `Blob` has no type here: no header follows from it. */
/**
 * @typedef {object} Body
 * @property {Data | string | Promise<Data | undefined>} data Nothing when it turns out that there is no body; a text as
 *   it is only where it is hashed at once and sent by somebody else.
 * @property {string} type The content type that it brings; "" is none.
 */

/** The platform's name of what a value is, whatever realm or subclass it comes from. */
export const kindOf = (/** @type {unknown} */ value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * Whether it is one of these kinds. happy-dom's objects do not tell their names, so their class is asked as well.
 *
 * @param {unknown} value
 * @param {("Blob" | "File" | "FormData" | "ReadableStream")[]} kinds
 */
const isOneOf = (value, ...kinds) =>
  typeof value === "object" &&
  kinds.some((kind) => kindOf(value) === kind || (globalThis[kind] && value instanceof globalThis[kind]));

/**
 * Not by `instanceof`: in jsdom a `TextEncoder` gives another realm's.
 *
 * @param {unknown} value Nothing but the bytes of a body, which are a `Uint8Array` if they are a view at all.
 * @returns {value is Uint8Array<ArrayBuffer>}
 */
export const isBytes = (value) => ArrayBuffer.isView(value);

/**
 * Up to here WebCrypto hashes, which is faster where the processor helps. But it makes a copy of its own, and Chromium
 * hashes inside the call: it blocks the page for some milliseconds, which more bytes would make too many.
 */
export const MEDIUM = 2 ** 22;

const UTF8 = ";charset=UTF-8";
export const TEXT = `text/plain${UTF8}`;

/** Bytes of a piece: each `Blob` costs Chromium a message to another process, and its wait for the answer. */
const PIECE = 2 ** 21;

/** Characters encoded at a time: a millisecond or two. */
const CHARACTERS = 2 ** 20;

/** Whether reading a body uses it up, or each sending writes it anew. */
export const isFleeting = (/** @type {unknown} */ body) => isOneOf(body, "FormData", "ReadableStream");

/**
 * Takes a body as `fetch` does at the moment of the call ("extract a body", Fetch standard).
 *
 * @param {any} body
 * @param {AbortSignal | undefined} signal Ends the reading of a stream.
 * @param {boolean} isCopied Whether bytes may change after the call.
 * @returns {Body}
 */
export function takeBody(body, signal, isCopied) {
  if (kindOf(body) === "ArrayBuffer" || ArrayBuffer.isView(body)) {
    const bytes = viewOf(body);
    return { data: isCopied ? copy(bytes) : bytes, type: "" };
  }
  if (isOneOf(body, "Blob", "File")) return { data: body.slice(), type: body.type };
  if (isOneOf(body, "FormData")) return multipart(body);
  if (isOneOf(body, "ReadableStream")) {
    // Firefox would send it as the text "[object ReadableStream]", so it is read here. Through a `Response` first,
    // which refuses what has been read from before; a pipe does not.
    const stream = /** @type {ReadableStream} */ (new Response(body).body);
    return { data: read(new Response(abortable(stream, signal))), type: "" };
  }
  const text = String(body);
  const data = text.length < CHARACTERS ? new TextEncoder().encode(text) : handled(encode(text));
  return { data, type: kindOf(body) === "URLSearchParams" ? `application/x-www-form-urlencoded${UTF8}` : TEXT };
}

/**
 * @param {ReadableStream} stream
 * @param {AbortSignal} [signal]
 */
function abortable(stream, signal) {
  try {
    return stream.pipeThrough(new TransformStream(), { signal });
  } catch {
    // The signal of a test environment may not be one that the platform's streams know.
    return stream;
  }
}

/**
 * A copy of bytes as they are now.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Data}
 */
function copy(bytes) {
  if (bytes.length <= MEDIUM) return bytes.slice();
  const pieces = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(bytes.slice(at, at + PIECE));
  return pieces;
}

/**
 * A long text in UTF-8.
 *
 * @param {string} text
 * @returns {Promise<Pieces>}
 */
async function encode(text) {
  const others = yielder();
  const encoder = new TextEncoder();
  const pieces = [];
  for (let at = 0, end; at < text.length; at = end) {
    end = at + CHARACTERS;
    // Not between the two halves of a character.
    if (/[\ud800-\udbff]/.test(text[end - 1])) end += 1;
    pieces.push(encoder.encode(text.slice(at, end)));
    await others();
  }
  return pieces;
}

/**
 * @param {Data} data
 * @returns {number} in bytes
 */
export function sizeOf(data) {
  if (Array.isArray(data)) return data.reduce((sum, piece) => sum + sizeOf(piece), 0);
  return isBytes(data) ? data.length : data.size;
}

/** @type {Promise<boolean> | undefined} */
let sendsBlobs;

/**
 * What `fetch` takes of a body. In Vitest's jsdom a `Blob` is jsdom's and `fetch` is Node's, which would send the text
 * "[object Blob]".
 *
 * @param {Data} data
 */
export async function sendable(data) {
  const whole = Array.isArray(data) ? new Blob(data) : data;
  if (isBytes(whole)) return whole;
  sendsBlobs ??= new Response("").blob().then((blob) => blob instanceof Blob);
  return (await sendsBlobs) ? whole : new Uint8Array(await whole.arrayBuffer().catch(refuseUnreadable));
}

/**
 * Writes a form down ("multipart/form-data encoding algorithm", HTML standard). By hand, because WebKit cannot read one
 * that holds files, and because this way no file has to be read before it is hashed.
 *
 * @param {FormData} form
 * @returns {Body}
 */
function multipart(form) {
  // Random, as whoever wrote a value could otherwise end its part.
  const boundary = `----sigfetch${crypto.getRandomValues(new Uint32Array(4)).join("")}`;
  const lines = (/** @type {string} */ text) => text.replace(/\r\n?|\n/g, "\r\n");
  const quote = (/** @type {string} */ text) => `"${text.replace(/[\r\n"]/g, encodeURIComponent)}"`;
  const parts = [...form].flatMap(([name, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name=${quote(lines(name))}`;
    if (typeof value === "string") return [`${head}\r\n\r\n${lines(value)}\r\n`];
    const type = value.type || "application/octet-stream";
    return [`${head}; filename=${quote(value.name)}\r\nContent-Type: ${type}\r\n\r\n`, value, "\r\n"];
  });
  return {
    data: new Blob([...parts, `--${boundary}--\r\n`]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

/**
 * The body of a `Request` or `Response`, which is used up. Firefox has no `Request.body` to ask whether there is one.
 *
 * @param {Request | Response} from
 * @returns {Promise<Blob | undefined>}
 */
export const read = (from) =>
  handled(from.blob().then((blob) => (from.bodyUsed ? blob.slice() : undefined), refuseUnreadable));

/** @type {(cause: unknown) => never} */
export function refuseUnreadable(cause) {
  throw invalidRequest("init.body", "cannot be read, see the cause", cause);
}

/**
 * Marks a promise that nobody may look at, because the call can fail before.
 *
 * @template T
 * @param {Promise<T>} promise
 */
export function handled(promise) {
  promise.catch(() => {});
  return promise;
}

/**
 * The bytes of a buffer or a view, unless `fetch` refuses them: shared memory, and what can change its size.
 *
 * @param {any} source
 */
function viewOf(source) {
  const { buffer = source, byteOffset, byteLength } = source;
  if (kindOf(buffer) !== "ArrayBuffer" || buffer.resizable) throw new TypeError("shared or resizable memory");
  return new Uint8Array(buffer, byteOffset, byteLength);
}
