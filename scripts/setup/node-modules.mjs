import { join } from "node:path";
import { npmPackages } from "./npm-packages.mjs";

export const nodeModules = npmPackages({
  name: "Node modules",
  folder: "",
  neededFor: ["start", "build", "test", "bench"],
});

/** Kept apart, because only `npm run bench` needs them. */
export const benchModules = npmPackages({
  name: "Signers to measure beside",
  folder: join("scripts", "bench"),
  neededFor: ["bench"],
});
