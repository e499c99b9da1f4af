// `credentials` where AWS SDK for JavaScript v3 wants a provider, by the SDK's own declarations; and the other way round.
import { SignatureV4 } from "@smithy/signature-v4";
import { createClient } from "sigfetch";
import type { AwsCredentials, CredentialsSource } from "sigfetch";

const client = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });

type SdkCredentials = Exclude<ConstructorParameters<typeof SignatureV4>[0]["credentials"], () => unknown>;

export const given: ConstructorParameters<typeof SignatureV4>[0]["credentials"] = client.credentials;
export const provider: () => Promise<SdkCredentials> = client.credentials;

declare const theirs: () => Promise<SdkCredentials>;
export const taken: CredentialsSource = theirs;
createClient({ credentials: theirs, region: "eu-west-1" });

// @ts-expect-error: the SDK's credentials are no `any`
export const keys: { accessKeyId: number } = {} as SdkCredentials;
// @ts-expect-error: the client renews credentials, so they are asked for and not read
export const set: AwsCredentials = client.credentials;
