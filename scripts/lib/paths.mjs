import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** A path inside the checkout. */
export const inRoot = (...parts) => join(root, ...parts);

/** What the scripts keep between runs; safe to delete at any time. */
export const cache = inRoot(".cache");

/** The folder that is published to npm. */
export const pkg = inRoot("pkg");
