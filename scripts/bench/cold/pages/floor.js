// No credentials, no signature: the page and one request.
const { url } = globalThis.settings;
globalThis.finish(fetch(url));
