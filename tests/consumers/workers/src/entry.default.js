export { createClient } from "../node_modules/sigfetch/index.js";
