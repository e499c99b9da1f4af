// Puts glue.mjs in the place of what the build generates. What is imported with a query brings copies of its own imports
// along, so that a test can have the package as it is before anything is loaded.
import { register } from "node:module";

const glue = new URL("./glue.mjs", import.meta.url).href;
const inline = `data:text/javascript,${encodeURIComponent(`
  import { deflateRawSync } from "node:zlib";
  import { module } from "${glue}";
  export default deflateRawSync(module).toString("base64");`)}`;
const replaced = { "./wasm/sigfetch.js": glue, "./wasm/build.js": glue, "./wasm/inline.js": inline };

register(
  `data:text/javascript,${encodeURIComponent(`
  const replaced = ${JSON.stringify(replaced)};
  export const resolve = (specifier, context, next) => {
    if (specifier in replaced) return { url: replaced[specifier], shortCircuit: true };
    const [, query] = /[/]pkg[/][^?]*([?].*)/.exec(context.parentURL) ?? [];
    return next(query ? specifier + query : specifier, context);
  };`)}`,
);
