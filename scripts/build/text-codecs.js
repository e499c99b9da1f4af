// The generated glue gets these in place of the platform's two classes, which it would call while it is imported: that
// fails under jsdom, which lacks them. Here the platform is called at first use.

export class TextEncoder {
  #encoder;

  encodeInto(text, bytes) {
    this.#encoder ??= new globalThis.TextEncoder();
    return this.#encoder.encodeInto(text, bytes);
  }
}

export class TextDecoder {
  #arguments;
  #decoder;

  constructor(...args) {
    this.#arguments = args;
  }

  decode(bytes) {
    // The glue's first call, which prepares Safari's decoder, comes without bytes and while it is imported.
    if (!bytes) return "";
    if (!this.#decoder) {
      this.#decoder = new globalThis.TextDecoder(...this.#arguments);
      this.#decoder.decode();
    }
    return this.#decoder.decode(bytes);
  }
}
