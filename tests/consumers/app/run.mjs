// Runs a consumer's code in a runtime that has no page, and prints what came of it.
globalThis.task = JSON.parse(process.env.TASK);
await import("./src/index.js");
console.log(JSON.stringify(await globalThis.result));
