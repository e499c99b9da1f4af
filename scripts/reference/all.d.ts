// What the reference shows: both entries in one.
export * from "../../pkg/api.js";
export * from "../../pkg/explain.js";
