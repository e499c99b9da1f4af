import { createClient } from "sigfetch/lean";

const { identityPoolId, endpoints, url } = globalThis.settings;
const aws = createClient({ identityPoolId, endpoints });
globalThis.finish(aws.signedFetch(url));
