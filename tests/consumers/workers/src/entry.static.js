export { createClient } from "../node_modules/sigfetch/static.js";
