import { rspack } from "@rspack/core";

rspack({ mode: "production", devtool: false }, (error, stats) => {
  if (error) throw error;
  console.log(stats.toString({ preset: "errors-warnings" }));
  if (stats.hasErrors() || stats.hasWarnings()) process.exitCode = 1;
});
