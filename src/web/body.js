// @ts-check
// Bodies: every kind that `fetch` takes becomes bytes, in pieces if they are many, or a `Blob`. Those are hashed, sent
// and, if need be, sent again.
import { fieldError } from "./error.js";
import { SHORT } from "./short-text.js";
import { turns } from "./turns.js";

/**
 * Pieces become `Blob`s one after the other while they are hashed: the browser keeps those elsewhere, and sends them
 * without another copy.
 *
 * @typedef {(Uint8Array<ArrayBuffer> | Blob)[]} Pieces
 */
/** @typedef {Uint8Array<ArrayBuffer> | Pieces | Blob} Data A `Blob` has no type here: no header follows from it. */
/**
 * @typedef {object} Body
 * @property {Data | string | Promise<Data | undefined>} data None when it turns out that there is no body; a short text
 * if it is signed only.
 * @property {string} type The content type that it brings, and nobody gives otherwise; "" is none.
 */

/** The platform's name of what a value is, whatever realm or subclass it comes from. */
export const kindOf = (/** @type {unknown} */ value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * Up to here WebCrypto does it, which is faster where the processor helps. But it makes a copy of its own, and in
 * Chromium it hashes inside the call: some milliseconds of standing still, which more would make too many.
 */
export const MEDIUM = 2 ** 22;

const UTF8 = ";charset=UTF-8";
const TEXT = `text/plain${UTF8}`;

/** The bytes of a piece: each `Blob` costs Chromium a message to another process, and its wait for the answer. */
const PIECE = 2 ** 21;

/** So many characters are encoded at a time: a millisecond or two. */
const CHARACTERS = 2 ** 20;

/** Whether a body can be read only by using it up, or is written anew each time that it is sent. */
export const isFleeting = (/** @type {unknown} */ body) =>
  typeof body === "object" && /^(FormData|ReadableStream)$/.test(kindOf(body));

/**
 * Takes a body as `fetch` does at the moment of the call ("extract a body", Fetch standard).
 *
 * @param {any} body
 * @param {AbortSignal | undefined} signal Ends the reading of a stream.
 * @param {boolean} copied Whether bytes may change after the call.
 * @returns {Body}
 */
export function takeBody(body, signal, copied) {
  if (typeof body === "string" && !copied && body.length <= SHORT) return { data: body, type: TEXT };
  const kind = kindOf(body);
  if (kind === "ArrayBuffer" || ArrayBuffer.isView(body)) {
    const bytes = viewOf(body);
    return { data: copied ? copy(bytes) : bytes, type: "" };
  }
  if (kind === "Blob" || kind === "File") return { data: body.slice(), type: body.type };
  if (kind === "ReadableStream") {
    // Firefox would send it as the text "[object ReadableStream]", so it is read here. Through a `Response` first,
    // which refuses what has been read from before; a pipe does not.
    const stream = new Response(body).body?.pipeThrough(new TransformStream(), { signal });
    return { data: read(new Response(stream)), type: "" };
  }
  if (kind === "FormData") return multipart(body);
  const text = String(body);
  const data = text.length < CHARACTERS ? new TextEncoder().encode(text) : handled(encode(text));
  return { data, type: kind === "URLSearchParams" ? `application/x-www-form-urlencoded${UTF8}` : TEXT };
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
  const turn = turns();
  const encoder = new TextEncoder();
  const pieces = [];
  for (let at = 0, end; at < text.length; at = end) {
    end = at + CHARACTERS;
    // Not between the two halves of a character.
    if (/[\ud800-\udbff]/.test(text[end - 1])) end += 1;
    pieces.push(encoder.encode(text.slice(at, end)));
    await turn();
  }
  return pieces;
}

/**
 * How many bytes there are.
 *
 * @param {Data} data
 * @returns {number}
 */
export function sizeOf(data) {
  if (Array.isArray(data)) return data.reduce((sum, piece) => sum + sizeOf(piece), 0);
  return data instanceof Uint8Array ? data.length : data.size;
}

/**
 * Writes a form down ("multipart/form-data encoding algorithm", HTML standard). By hand, because WebKit cannot read one
 * that holds files, and because this way no file has to be read before it is hashed.
 *
 * @param {FormData} form
 * @returns {Body}
 */
function multipart(form) {
  // Not to be guessed: whoever wrote a value could otherwise end its part.
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
  throw fieldError("INVALID_REQUEST", "init.body", "cannot be read, see the cause", cause);
}

/**
 * A promise that nobody looks at when the call fails before.
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
