export { createClient } from "../node_modules/sigfetch/lean.js";
