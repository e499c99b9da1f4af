// `@aws-sdk/client-dynamodb`, as far as the examples use it.
import type { AwsCredentials } from "sigfetch";

/** The SDK's own type of a provider, without what it adds for its own use. */
type Provider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

export class DynamoDBClient {
  readonly config: { credentials: Provider };

  constructor({ credentials }: { region: string; credentials: Provider }) {
    this.config = { credentials };
  }
}

/** What a provider of ours gives is what the SDK wants. */
export const taken: Provider = async () => ({}) as AwsCredentials;
