export { createClient } from "sigfetch/static";
