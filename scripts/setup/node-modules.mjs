import { join } from "node:path";
import { npmPackages } from "./npm-packages.mjs";

export const nodeModules = npmPackages({
  name: "Node modules",
  folder: "",
  neededFor: ["start", "build", "test", "bench"],
});

/** Kept apart, because TypeDoc reads types with another TypeScript than the one that checks them. */
export const referenceModules = npmPackages({
  name: "TypeDoc",
  folder: join("scripts", "reference"),
  neededFor: ["start", "test"],
});

/** Kept apart, because only `npm run bench` needs them. */
export const benchModules = npmPackages({
  name: "Signers to measure beside",
  folder: join("scripts", "bench"),
  neededFor: ["bench"],
});

/** Kept apart, because they are many and nothing but their apps in the tests needs them. */
export const libraryModules = npmPackages({
  name: "Libraries to try it with",
  folder: join("tests", "libraries"),
  neededFor: ["test"],
});
