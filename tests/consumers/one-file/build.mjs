// What somebody without a bundler does: copies one file to a place of their own. The page takes nothing else.
import { copyFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

mkdirSync("dist");
copyFileSync(fileURLToPath(import.meta.resolve("sigfetch/static")), "dist/sigfetch.js");
copyFileSync("page.html", "dist/index.html");
copyFileSync("src/call.js", "dist/call.js");
