// Until version 6 this was how TypeScript resolved modules unless it was told: without the `exports` of packages.
import { createClient as createDefault, type Client, type ClientOptions } from "sigfetch";
import { createClient as createLean } from "sigfetch/lean";
import { createClient as createStatic, SigFetchError } from "sigfetch/static";

export const createClient: (options: ClientOptions) => Client = createDefault;

/** Makes a client by every entry. Types that were not found would be `any`, and a wrong option no error. */
export const mistaken = [createDefault, createLean, createStatic].map(
  (create) => (): Client =>
    // @ts-expect-error: there is no such option
    create({ identityPoolID: "us-east-1:11111111-2222-3333-4444-555555555555" }),
);

export const codeOf = (error: unknown) => (error instanceof SigFetchError ? error.code : undefined);
