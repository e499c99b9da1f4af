// The requests that every contender signs, for the page that measures and for Node, which checks the signatures.

const API = "https://abc123def4.execute-api.eu-west-1.amazonaws.com/prod/items";

/** A role's credentials are about this long. They are nobody's. */
export const credentials = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: "IQoJb3JpZ2luX2VjE".padEnd(1_000, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/"),
};

export const scope = { service: "execute-api", region: "eu-west-1" };

const post = (label, size, rounds, atOnce = 1) => ({ label, method: "POST", url: API, size, rounds, atOnce });
const get = (label, atOnce) => ({
  label,
  method: "GET",
  url: `${API}?limit=25&after=2026-11-22&search=kettle`,
  size: 0,
  rounds: 25,
  atOnce,
});

/** What is measured: `rounds` of it, and `atOnce` signatures side by side. */
export const cases = [
  get("GET, 3 query params", 1),
  post("POST 300 B", 300, 25),
  post("POST 16 KiB", 16_384, 25),
  post("POST 1 MiB", 2 ** 20, 20),
  post("POST 32 MiB", 2 ** 25, 9),
  get("GET, 50 at once, each", 50),
];

/** Large enough that a page may stand still while it is signed. */
export const isLarge = ({ size }) => size >= 2 ** 20;

/** What `fetch` would be given: bodies of an application's own data are strings, large ones bytes. */
export function request({ method, url, size }) {
  if (method === "GET") return { method, url, headers: {}, body: undefined };
  const headers = { "content-type": isLarge({ size }) ? "application/octet-stream" : "application/json" };
  return { method, url, headers, body: isLarge({ size }) ? bytes(size) : text(size) };
}

const text = (size) =>
  JSON.stringify({ note: "" }).replace('""', `"${"lorem ipsum ".repeat(size).slice(0, size - 11)}"`);

function bytes(size) {
  const all = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) all[at] = (at * 31) ^ (at >> 8);
  return all;
}
