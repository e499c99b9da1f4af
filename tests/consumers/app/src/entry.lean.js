export { createClient } from "sigfetch/lean";
