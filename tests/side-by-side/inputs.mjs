// Random arguments for fetch, as data that can travel into the page: texts are lists of UTF-16 code units, because a
// page may put halves of surrogate pairs anywhere, which JSON cannot carry.
import fc from "fast-check";

/** Those that API Gateway asks a signature for, and what fetch writes in capitals. */
const METHODS = [...["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"], ...["get", "post", "put", "delete", "head"]];

const units = (text) => Array.from(text, (_, at) => text.charCodeAt(at));
const anyUnit = fc.integer({ min: 0, max: 0xffff });
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 8 }).map((text) => units(text)) },
  { weight: 2, arbitrary: fc.array(anyUnit, { maxLength: 6 }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        ...[
          "/",
          "//",
          "/./",
          "/..",
          "%2e%2E/",
          "%2F",
          "%25",
          "%7e",
          "%",
          "%zz",
          "%C3%BC",
          "%c3",
          "\\",
          "+",
          "%20",
          " ",
        ],
        ...[
          "☂",
          "👩‍👧",
          "é",
          "e\u0301",
          "\ud83d",
          "\t",
          "\n",
          "\0",
          "'",
          "(*)",
          "!$&,;:@",
          "[1]",
          "{|}^`",
          '"<>',
          "~._-",
        ],
      )
      .map(units),
  },
);
const text = (maxLength) => fc.array(piece, { maxLength }).map((pieces) => pieces.flat());

/** What comes after the base in a URL. */
const rest = fc
  .tuple(
    text(4),
    fc.option(
      fc.array(
        fc.oneof(
          fc.tuple(text(2), fc.constant(units("=")), text(2)).map((parts) => parts.flat()),
          text(2),
          fc.constantFrom("a=2", "a=1", "A=1", "a", "X-Amz-Date=1", "a=b=c").map(units),
        ),
        { maxLength: 5 },
      ),
    ),
    fc.option(text(1)),
  )
  .map(([path, query, hash]) => [
    ...path,
    ...(query ? [...units("?"), ...query.flatMap((pair, at) => (at ? [...units("&"), ...pair] : pair))] : []),
    ...(hash ? [...units("#"), ...hash] : []),
  ]);

const headerName = fc.oneof(
  fc.constantFrom("Accept", "X-Api-Key", "If-None-Match", "Range", "X-Amz-Target", "x-amz-meta-note", "Cache-Control"),
  fc.constantFrom("Content-Type", "Authorization-Extra", "X-Requested-With", "Idempotency-Key", "Pragma"),
  fc.stringMatching(/^x-[a-z0-9!#$&^_|~-]{1,10}$/),
);
const headerValue = fc.oneof(
  fc.stringMatching(/^[ -~\t]{0,24}$/),
  fc.constantFrom("", "a", "  two  blanks  ", "application/json", "text/plain; charset=utf-8", '"quoted , text"'),
);
/** Sent as Latin-1, and so not signed; headers that have to be signed take ASCII only. */
const latinHeader = fc.tuple(fc.stringMatching(/^x-[b-z]{3,6}$/), fc.stringMatching(/^[a-zà-ÿ ]{1,9}$/));

const headers = fc.record({
  as: fc.constantFrom("object", "pairs", "Headers", "iterator"),
  pairs: fc.array(
    fc.oneof({ weight: 6, arbitrary: fc.tuple(headerName, headerValue) }, { weight: 1, arbitrary: latinHeader }),
    {
      maxLength: 5,
    },
  ),
});

const size = fc.oneof(fc.nat(64), fc.constantFrom(0, 1, 55, 56, 63, 64, 65, 65_535, 65_536, 65_537), fc.nat(200_000));
const mime = fc.constantFrom("", "text/csv", "application/x-protobuf", "Image/PNG; q=1");
const body = fc.oneof(
  fc.constant({ kind: "none" }),
  fc.record({ kind: fc.constantFrom("string", "String"), text: text(8) }),
  fc.record({ kind: fc.constant("long string"), size }),
  fc.record({
    kind: fc.constantFrom("Uint8Array", "ArrayBuffer", "DataView", "Float64Array", "stream"),
    size,
    seed: fc.nat(),
  }),
  fc.record({ kind: fc.constantFrom("Blob", "File"), size, seed: fc.nat(), mime }),
  fc.record({
    kind: fc.constantFrom("URLSearchParams", "FormData"),
    fields: fc.array(fc.tuple(text(2), text(3), fc.boolean()), { maxLength: 4 }),
    mime,
  }),
);

/** What fetch refuses, or refuses large bodies for, now and then only. */
const mostly = (usual, rare) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(rare) });

const options = fc.record(
  {
    cache: fc.constantFrom("default", "no-store", "reload", "no-cache"),
    credentials: fc.constantFrom("omit", "same-origin", "include"),
    mode: mostly("cors", "same-origin"),
    referrerPolicy: fc.constantFrom("no-referrer", "origin", "unsafe-url", "same-origin"),
    keepalive: mostly(false, true),
    priority: fc.constantFrom("high", "low", "auto"),
    integrity: fc.constant(""),
  },
  { requiredKeys: [] },
);

/** `input` says whether the URL comes as a string, a URL or a Request, and what an init then adds. */
const anyCall = fc.record({
  input: fc.constantFrom("string", "URL", "Request", "Request and init"),
  method: fc.option(fc.constantFrom(...METHODS), { nil: undefined }),
  rest,
  headers: fc.option(headers, { nil: undefined }),
  body,
  withoutRefusedBody: mostly(true, false),
  options,
});

/** One call of fetch. A plain call sends the bytes of a stream at once, so what holds for streams alone stays out. */
export const call = anyCall.map((one) => {
  const { method, body, options, withoutRefusedBody } = one;
  if (withoutRefusedBody && /^(GET|HEAD)$/i.test(method ?? "GET")) return { ...one, body: { kind: "none" } };
  if (body.kind !== "stream") return one;
  // No stream outlives its page, says the Fetch standard; and Chromium makes the mode "cors".
  return { ...one, options: { ...options, keepalive: false, mode: "cors" } };
});
