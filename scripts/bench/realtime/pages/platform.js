// What the platform takes by itself: frames of the socket that sigfetch opens, only parsed.
const { WebSocket } = globalThis;

globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      // sigfetch has done its part when messages come.
      if (globalThis.count > 0) this.onmessage = null;
      if (this.onmessage) return;
      const { type, payload } = JSON.parse(data);
      if (type === "data") globalThis.received(payload.data);
    });
  }
};

await import("./sigfetch.js");
