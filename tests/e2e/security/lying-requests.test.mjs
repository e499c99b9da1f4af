// Inputs that say one thing and are another: what is signed for is what is sent to, by the platform's own word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useRecorder } from "../support/recorder.mjs";
import { useSetting } from "../support/setting.mjs";

const at = useSetting();
/** A server that nobody has declared. */
const elsewhere = useRecorder();

/** Ways to make a `Request` to `real` that claims to be one to `claimed`, each a function in the page. */
const REQUESTS = {
  "a subclass with getters of its own": (real, claimed, init) => {
    class Liar extends Request {
      get url() {
        return claimed;
      }
      get method() {
        return "DELETE";
      }
      get headers() {
        return new Headers({ "x-claimed": "1" });
      }
    }
    return new Liar(real, init);
  },
  "a Request with properties of its own": (real, claimed, init) =>
    Object.defineProperties(new Request(real, init), {
      url: { value: claimed },
      method: { value: "DELETE" },
      headers: { value: new Headers({ "x-claimed": "1" }) },
      body: { value: null },
      clone: { value: () => new Request(claimed) },
    }),
  "a Request of another realm with getters of its own": (real, claimed, init) => {
    const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
    return Object.defineProperty(new contentWindow.Request(real, init), "url", { get: () => claimed });
  },
};

/** Ways to be taken for something else than one is: wherever it leads, what is signed for is what is sent to. */
const FAKES = {
  "a Request whose prototype was replaced": (real, claimed, init) =>
    Object.setPrototypeOf(new Request(real, init), { url: claimed, method: "DELETE", headers: new Headers() }),
  "a Request that says it is something else": (real, claimed, init) =>
    Object.defineProperties(new Request(real, init), {
      [Symbol.toStringTag]: { value: "String" },
      toString: { value: () => claimed },
    }),
  "a Proxy of a Request": (real, claimed, init) =>
    new Proxy(new Request(real, init), {
      get: (target, name) => (name === "url" ? claimed : Reflect.get(target, name, target)),
    }),
  "an object with the tag of a Request": (real, claimed, init) => ({
    url: claimed,
    headers: new Headers(),
    method: "GET",
    clone: () => new Request(claimed),
    ...init,
    [Symbol.toStringTag]: "Request",
    toString: () => real,
  }),
  "an object on Request's prototype": (real, claimed) =>
    Object.create(Request.prototype, { url: { value: claimed }, toString: { value: () => real } }),
  "a URL whose href lies": (real, claimed) =>
    Object.defineProperties(new URL(real), { href: { value: claimed }, origin: { value: new URL(claimed).origin } }),
  "a URL whose text lies": (real, claimed) =>
    Object.defineProperty(new URL(claimed), "toString", { value: () => real }),
  "an object whose text changes": (real, claimed) => {
    let asked = 0;
    return { toString: () => (asked++ ? real : claimed) };
  },
};

/** Calls a method with what `make` gives, and tells how it ended. */
const call = (make, method, given) =>
  at.run(
    new Function(
      "sigfetch",
      "all",
      `const input = (${make})(all.real, all.claimed, { method: "POST", body: "a", headers: { "x-api-key": "1" } });
      const aws = sigfetch.createClient(all.options);
      return outcome(async () => {
        const response = all.method === "sign" ? await fetch(await aws.sign(input)) : await aws.signedFetch(input);
        return { status: response.status, echo: await response.json().catch(() => undefined) };
      });`,
    ),
    { options: at.guest, method, ...given },
  );

for (const [what, make] of Object.entries(REQUESTS)) {
  for (const method of ["signedFetch", "sign"]) {
    test(`${method}: ${what} is signed for what it really is`, async () => {
      const real = `${at.config.endpoints.rest}/echo/real`;
      const end = await call(make, method, { real, claimed: `${at.config.endpoints.rest}/echo/claimed` });
      // The signature fits: the local AWS says so.
      assert.equal(end.value?.status, 200, end.error?.text ?? JSON.stringify(end.value));
      assert.deepEqual([end.value.echo.path, end.value.echo.method], ["/prod/echo/real", "POST"]);
      assert.equal(Buffer.from(end.value.echo.bodyBase64, "base64").toString(), "a");
      const names = end.value.echo.headers.map(([name]) => name);
      assert.ok(names.includes("x-api-key") && !names.includes("x-claimed"), `${names}`);
    });

    test(`${method}: ${what} to a host that is not declared is refused, whatever it claims`, async () => {
      const claimed = `${at.config.endpoints.rest}/items`;
      const { error } = await call(make, method, { real: `${elsewhere.url}/stolen`, claimed });
      assert.equal(error?.code, "UNKNOWN_ENDPOINT");
      assert.deepEqual(elsewhere.seen, []);
    });
  }
}

for (const [what, make] of Object.entries(FAKES)) {
  test(`${what} carries no credentials to a host that is not declared`, async () => {
    for (const [real, claimed] of [
      [`${elsewhere.url}/stolen`, `${at.config.endpoints.rest}/items`],
      [`${at.config.endpoints.rest}/items`, `${elsewhere.url}/stolen`],
    ]) {
      for (const method of ["signedFetch", "sign"]) {
        const { value, error } = await call(make, method, { real, claimed });
        const isRefused = ["UNKNOWN_ENDPOINT", "INVALID_REQUEST"].includes(error?.code);
        assert.ok(isRefused || value?.status < 300, error?.text ?? `${value?.status}`);
      }
    }
    assert.deepEqual(
      elsewhere.seen.filter(({ headers }) => headers.authorization || headers["x-amz-security-token"]),
      [],
    );
    // What was let in was signed for the address that it came to.
    const { rest = {} } = (await at.aws.stats()).calls;
    for (const outcomes of Object.values(rest)) assert.deepEqual(Object.keys(outcomes), ["ok"]);
  });
}

test("a body that is another one each time it is read is sent as it was hashed", async () => {
  const end = await at.run(
    async ({ createClient }, { options, url }) => {
      let asked = 0;
      const body = { toString: () => `body ${asked++}` };
      const response = await createClient(options).signedFetch(url, { method: "POST", body });
      return { status: response.status, body: atob((await response.json()).bodyBase64), asked };
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.deepEqual(end, { status: 200, body: "body 0", asked: 1 });
});

test("headers that are others each time they are read are sent as they were signed", async () => {
  const status = await at.run(
    async ({ createClient }, { options, url }) => {
      let asked = 0;
      const headers = {
        get "x-api-key"() {
          return `note ${asked++}`;
        },
      };
      return (await createClient(options).signedFetch(url, { headers })).status;
    },
    { options: at.guest, url: `${at.config.endpoints.rest}/echo/x` },
  );
  assert.equal(status, 200);
});
