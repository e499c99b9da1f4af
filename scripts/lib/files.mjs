import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** All files under the given files and folders, in a fixed order; what does not exist or npm installed is left out. */
export function filesUnder(...paths) {
  return paths.filter(existsSync).flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path];
    return filesUnder(
      ...readdirSync(path)
        .filter((name) => name !== "node_modules")
        .sort()
        .map((name) => join(path, name)),
    );
  });
}

/** One digest over names and contents, to tell whether any of them changed. */
export function fingerprint(files, ...more) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  for (const text of more) hash.update(`${text}\0`);
  return hash.digest("hex");
}
