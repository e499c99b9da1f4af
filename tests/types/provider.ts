// `credentials` where a provider in the style of AWS SDK for JavaScript v3 is wanted.
import { createClient } from "sigfetch";
import type { AwsCredentials, CredentialsSource } from "sigfetch";

const client = createClient({ identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0" });

type Provider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

export const provider: Provider = client.credentials;

declare const theirs: Provider;
export const source: CredentialsSource = theirs;

// @ts-expect-error: the client renews credentials, so they are asked for and not read
export const credentials: AwsCredentials = client.credentials;
