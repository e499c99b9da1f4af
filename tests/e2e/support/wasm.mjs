// The module's memory and what crosses its border, as a page sees them that was prepared before the module started.

/** Makes `wasm` known to a page: `memories` of all instances, and `decoded`, the texts that came out of bytes. */
export function watchWasm() {
  const watched = (globalThis.wasm = { memories: [], decoded: [] });
  const keep = (instance) => {
    const memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    if (memory) watched.memories.push(memory);
  };
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Target, given) {
      const instance = new Target(...given);
      keep(instance);
      return instance;
    },
  });
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const start = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const started = await start.apply(WebAssembly, given);
      keep(started.instance ?? started);
      return started;
    };
  }
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (...given) {
    const text = decode.apply(this, given);
    watched.decoded.push(text);
    return text;
  };
}

/** How often each of these secrets, given as lists of bytes, is in the memory of the page's modules. */
export const countInMemory = (page, secrets) =>
  page.evaluate(
    (secrets) => {
      const count = (bytes, wanted) => {
        let found = 0;
        for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
          let length = 1;
          while (length < wanted.length && bytes[at + length] === wanted[length]) length += 1;
          if (length === wanted.length) found += 1;
        }
        return found;
      };
      const memories = globalThis.wasm.memories.map(({ buffer }) => new Uint8Array(buffer));
      return secrets.map((wanted) => memories.reduce((sum, bytes) => sum + count(bytes, wanted), 0));
    },
    secrets.map((secret) => [...Buffer.from(secret)]),
  );
