// Paths and queries whose canonical form is easily got wrong: what stands in the URL, and what API Gateway's function has to get.

/** Below the REST API: the path in the URL and the decoded one. */
export const PATHS = {
  "a space": ["/echo/a%20b", "/echo/a b"],
  "UTF-8": ["/echo/caf%C3%A9/%F0%9F%98%80", "/echo/café/😀"],
  "lower-case escapes": ["/echo/caf%c3%a9", "/echo/café"],
  "an escaped slash": ["/echo/a%2Fb", "/echo/a/b"],
  "an escaped percent sign": ["/echo/a%252Fb", "/echo/a%2Fb"],
  "a plus sign": ["/echo/a+b", "/echo/a+b"],
  "reserved characters": ["/echo/(a)!*'@:,;=&$", "/echo/(a)!*'@:,;=&$"],
  "two slashes in a row": ["/echo//a", "/echo//a"],
  "a slash at the end": ["/echo/a/", "/echo/a/"],
};

/** The query in the URL, and each name with its values. */
export const QUERIES = {
  "a repeated key": ["?a=2&a=1&a=", { a: ["2", "1", ""] }],
  "keys without a value": ["?b=&a", { b: [""], a: [""] }],
  "a key without a name": ["?=v", { "": ["v"] }],
  nothing: ["?", {}],
  "empty pairs": ["?&&a=1&", { a: ["1"] }],
  "UTF-8": ["?caf%C3%A9=%E2%9C%93", { café: ["✓"] }],
  "keys that sort by code point": [
    "?a=1&B=2&a-b=3&a.b=4&%C3%A9=5",
    { a: ["1"], B: ["2"], "a-b": ["3"], "a.b": ["4"], é: ["5"] },
  ],
  "a plus sign for a space": ["?a=x+y", { a: ["x y"] }],
  "an escaped plus sign": ["?a=x%2By", { a: ["x+y"] }],
  "an equals sign in the value": ["?a=b=c", { a: ["b=c"] }],
  "reserved characters": ["?a=%2F?/:@!$'()*,~|", { a: ["/?/:@!$'()*,~|"] }],
  "a semicolon in the key": ["?a;b=1", { "a;b": ["1"] }],
  "a percent sign that escapes nothing": ["?a=%zz", { a: ["%zz"] }],
};
