// A project that has set neither `dom` nor `webworker` among its `lib`s.
export { createClient } from "sigfetch";
