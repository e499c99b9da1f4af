import { createClient } from "sigfetch";

const { identityPoolId, endpoints, graphql, query } = globalThis.settings;
const aws = createClient({ identityPoolId, endpoints, realtime: () => import("sigfetch/realtime") });
for await (const { data } of aws.subscribe(graphql, { query })) globalThis.received(data);
