export { createClient } from "sigfetch";
