import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * Marks the module with a digest of itself, in a custom section, and gives the digest for the JavaScript half, which
 * takes no other module: the short names of imports and exports tell no version from the next.
 */
export function mark(module) {
  const bytes = readFileSync(module);
  const build = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  writeFileSync(module, Buffer.concat([bytes, customSection("sigfetch", build)]));
  return build;
}

/** A custom section of a WebAssembly module; lengths under 128 are single bytes. */
function customSection(name, text) {
  const content = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([0, content.length]), content]);
}
