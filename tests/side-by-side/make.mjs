// The page's half: makes fetch's arguments out of data, for plain and for signed calls anew, as bodies are used up.

/**
 * Makes `sideBySide(call)` known to the page: sends the call plainly and signed to the same place and tells how both
 * ended. `relay` is where to; `options` are those of the client.
 */
export function installSideBySide({ createClient }, { relay, options }) {
  const { signedFetch } = createClient(options);
  const text = (units) => String.fromCharCode(...units);

  function noise(size, seed) {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
      bytes[at] = seed >>> 24;
    }
    return bytes;
  }

  function formData(fields, type) {
    const form = new FormData();
    for (const [name, value, isFile] of fields) {
      if (isFile) form.append(text(name), new Blob([text(value)], { type }), `${text(value.slice(0, 3))}.txt`);
      else form.append(text(name), text(value));
    }
    return form;
  }

  const bodies = {
    none: () => undefined,
    string: (body) => text(body.text),
    String: (body) => new String(text(body.text)),
    "long string": ({ size }) => "añ☂\n".repeat(size / 4),
    Uint8Array: ({ size, seed }) => noise(size + 5, seed).subarray(3, size + 3),
    ArrayBuffer: ({ size, seed }) => noise(size, seed).buffer,
    DataView: ({ size, seed }) => new DataView(noise(size + 5, seed).buffer, 2, size),
    Float64Array: ({ size, seed }) => new Float64Array(noise(size - (size % 8), seed).buffer),
    Blob: ({ size, seed, mime: type }) => new Blob([noise(size, seed)], { type }),
    File: ({ size, seed, mime: type }) => new File([noise(size, seed)], "ü.bin", { type }),
    URLSearchParams: ({ fields }) => new URLSearchParams(fields.map(([name, value]) => [text(name), text(value)])),
    FormData: ({ fields, mime }) => formData(fields, mime),
    // Browsers stream over HTTP/2 only, so a plain call sends the same bytes at once.
    stream: ({ size, seed }, isSigned) => (isSigned ? new Blob([noise(size, seed)]).stream() : noise(size, seed)),
  };

  const headerForms = {
    object: (pairs) => Object.fromEntries(pairs),
    pairs: (pairs) => pairs,
    Headers: (pairs) => new Headers(pairs),
    iterator: (pairs) => new Headers(pairs).entries(),
  };

  function fetchArguments({ input, method, rest, headers, body, options }, isSigned) {
    const url = relay + text(rest);
    const content = bodies[body.kind](body, isSigned);
    const init = {
      ...options,
      ...(method && { method }),
      ...(headers && { headers: headerForms[headers.as](headers.pairs) }),
      ...(content !== undefined && { body: content }),
      ...(body.kind === "stream" && { duplex: "half" }),
    };
    if (input === "URL") return [new URL(url), init];
    if (input === "Request") return [new Request(url, init)];
    if (input === "Request and init") {
      const first = body.kind === "none" ? {} : { method: "POST", body: "replaced" };
      return [new Request(url, { ...first, headers: { "x-gone": "1" } }), init];
    }
    return [url, init];
  }

  async function end(send, call, isSigned) {
    let given;
    try {
      given = fetchArguments(call, isSigned);
    } catch {
      return { impossible: true };
    }
    try {
      const response = await send(...given);
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { failed: String(error), code: error.code };
    }
  }

  globalThis.sideBySide = async (call) => {
    const plain = await end(fetch, call, false);
    return { plain, signed: await end(signedFetch, call, true) };
  };
}
