// Texts that nobody means well with, for whatever reads texts.
import fc from "fast-check";

/** What means something to one of the readers, or once meant trouble to another program's. */
const PIECES = [
  ...[
    "\0",
    "\x01",
    "\x02",
    "\n",
    "\r\n",
    "\t",
    " ",
    ":",
    "=",
    "&",
    "?",
    "#",
    "%",
    "%00",
    "%zz",
    "%2e%2e",
    "+",
    ";",
    ",",
  ],
  ...["/", "//", "/../", "..", "\\", "@", "[::1]", "*", "*.", "%2A.", "-", "_", "~", "'", '"', "<", ">", "{", "}"],
  ...["é", "☂", "👩‍👧", "\u0130", "\u212a", "\ufeff", "\u202e", "\ud800", "\udfff", "xn--", "。", "．"],
  ...["0", "-1", "1e9", "9223372036854775807", "9223372036854775808", "18446744073709551616", "NaN", "4294967296"],
  ...["http://", "https://", "ws://", "localhost", "127.0.0.1", ":443", ":0", ":99999", "user:password@"],
  ...["amazonaws.com", ".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", "execute-api", "s3", "sts", "iot"],
  ...["us-east-1", "cn-north-1", "us-gov-west-1", "eu-west-1", "fips", "-fips", "dualstack", "abc123", "appsync-api"],
  ...["host", "authorization", "x-amz-date", "x-amz-security-token", "content-type", "x-amz-content-sha256"],
  ...["X-Amz-Signature", "X-Amz-Date", "X-Amz-Expires", "UNSIGNED-PAYLOAD", "aws4_request", "__type", "message"],
  ...["Credentials.SecretKey", "Credentials.Expiration#", "IdentityId", "errors.0.message", "NotAuthorizedException"],
];

const piece = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 2, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom("a", "%", "/", "\x02", ".").map((text) => text.repeat(300)) },
);

/** Any text at all. */
export const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(""));

const label = fc.oneof(
  fc.constantFrom(
    "abc123",
    "execute-api",
    "s3",
    "sts",
    "lambda-url",
    "appsync-api",
    "us-east-1",
    "eu-west-1",
    "dualstack",
  ),
  fc.constantFrom("amazonaws", "com", "cn", "api", "on", "aws", "evil", "example", "localhost", "execute-api-fips", ""),
  fc.stringMatching(/^[a-z0-9-]{1,6}$/),
);
const AWS = [
  "amazonaws.com",
  "amazonaws.com.cn",
  "api.aws",
  "on.aws",
  "amazonaws.com.evil.example",
  "notamazonaws.com",
];

const REAL = [
  "abc123.execute-api.us-east-1.amazonaws.com",
  "abc123.execute-api.cn-north-1.amazonaws.com.cn",
  "bucket.s3.eu-west-1.amazonaws.com",
  "s3.dualstack.us-east-1.amazonaws.com",
  "abc.lambda-url.us-east-1.on.aws",
  "sts.us-east-1.api.aws",
  "abc-ats.iot.eu-west-1.amazonaws.com",
  "abcdefghijklmnopqrstuvwxyz.appsync-realtime-api.us-east-1.amazonaws.com",
];

/** Hosts, among them AWS's own and those that only look like them. */
export const host = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...REAL) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(label, { maxLength: 4 }), fc.oneof(fc.constantFrom(...AWS), label))
      .map(([labels, end]) => [...labels, end].join(".")),
  },
);

/** What a browser would take as the address of a request, written as the browser writes it. */
export const url = fc
  .tuple(
    fc.constantFrom("https", "https", "https", "http", "wss", "ftp"),
    fc.constantFrom("", "", "", "user@", "amazonaws.com@"),
    host,
    fc.constantFrom("", "", ":8443", ":443"),
    text,
  )
  .map(([scheme, user, host, port, rest]) => `${scheme}://${user}${host}${port}/${rest}`)
  .filter((text) => URL.canParse(text))
  .map((text) => new URL(text).href);
