import { browser } from "./browser.mjs";
import { cCompiler } from "./c-compiler.mjs";
import { wasmBindgen, wasmPackTool } from "./cargo-tools.mjs";
import { firefox, geckodriver, webkit } from "./engines.mjs";
import { ministack } from "./ministack.mjs";
import { benchModules, libraryModules, nodeModules, referenceModules } from "./node-modules.mjs";
import { rust } from "./rust.mjs";
import { rustStd } from "./rust-std.mjs";

/** Everything a fresh machine may lack. Independent steps run side by side; the order is that of the report. */
export const steps = [
  cCompiler,
  rust,
  rustStd,
  wasmBindgen,
  wasmPackTool,
  nodeModules,
  referenceModules,
  libraryModules,
  benchModules,
  browser,
  ministack,
  firefox,
  geckodriver,
  webkit,
];
