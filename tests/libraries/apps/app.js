// What every app here is: made with a client of sigfetch's for the services of the local AWS.
import { createClient } from "sigfetch";

/**
 * Registers an app. `make` gets the client and where the services are, and gives what the test calls:
 *
 * - `add(text)`: writes, and gives the text as it was answered
 * - `list(signal)`: reads all texts, until the signal says no
 * - `forbidden()`: asks for what AWS refuses, and ends as the library ends then
 * - `listen(heard)`: subscribes, where the library does, and gives the function that ends it
 * - `listenForbidden()`: subscribes to what AWS refuses, and ends as the library ends then
 * - `told(error)`: AWS's own words, where they are not in the error's message
 */
export function app(make) {
  globalThis.start = (options, endpoints) => {
    const aws = createClient({ ...options, realtime: () => import("sigfetch/realtime") });
    globalThis.app = { told: (error) => error.message, ...make(aws, endpoints) };
  };
}
