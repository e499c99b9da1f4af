// AWS SDK for JavaScript v3, as far as the README's examples use it.
declare module "@aws-sdk/client-dynamodb" {
  interface AwsCredentialIdentity {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    readonly expiration?: Date;
  }

  export class DynamoDBClient {
    constructor(options: { region: string; credentials: () => Promise<AwsCredentialIdentity> });
  }
}
