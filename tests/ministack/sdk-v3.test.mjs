// The clients of AWS SDK for JavaScript v3 on a page, with `aws.credentials` as their provider. One SDK client each for
// the whole life of the page: it has to follow what happens to the credentials.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { build } from "esbuild";

import { openPage } from "./page.mjs";

const TEXT = "Grüße ✓ 😀";

let page, config, as;

before(async () => {
  page = await openPage();
  ({ config, as } = page);
  await as("guest", load, await bundle());
});

after(() => page?.stop());

/** The three clients as a bundler makes them for a page. */
async function bundle() {
  const contents = `
    export * from "@aws-sdk/client-dynamodb";
    export { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
    export { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";`;
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: "esm", platform: "browser" });
  return outputFiles[0].text;
}

/** Runs on the page: makes the SDK known to the other functions that do. */
async function load(_, source) {
  globalThis.sdk = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  /** Clients of the SDK with these credentials. One attempt each: a refusal is a refusal. */
  globalThis.sdkClients = ({ region, services }, credentials) => {
    const { DynamoDBClient, S3Client, SQSClient } = sdk;
    const options = (service) => ({ region, credentials, endpoint: services[service], maxAttempts: 1 });
    return {
      dynamodb: new DynamoDBClient(options("dynamodb")),
      s3: new S3Client({ ...options("s3"), forcePathStyle: true }),
      sqs: new SQSClient(options("sqs")),
    };
  };
  /** "done", or the name of the error. Only users may write to the table. */
  globalThis.write = ({ dynamodb }, { table }) =>
    dynamodb.send(new sdk.PutItemCommand({ TableName: table, Item: { id: { S: "sdk" } } })).then(
      () => "done",
      ({ name }) => name,
    );
}

test("DynamoDBClient writes and reads", async () => {
  const item = { id: { S: TEXT }, text: { S: "a+b %41 / ü" } };
  const read = await as(
    "user",
    async (aws, { config, item }) => {
      const { dynamodb } = sdkClients(config, aws.credentials);
      await dynamodb.send(new sdk.PutItemCommand({ TableName: config.table, Item: item }));
      const key = { TableName: config.table, Key: { id: item.id } };
      return (await dynamodb.send(new sdk.GetItemCommand(key))).Item;
    },
    { config, item },
  );
  assert.deepEqual(read, item);
});

test("S3Client stores and gives back", async () => {
  const read = await as(
    "guest",
    async (aws, { config, text }) => {
      const { s3 } = sdkClients(config, aws.credentials);
      const object = { Bucket: config.bucket.name, Key: "grüße/a b+c.txt" };
      await s3.send(new sdk.PutObjectCommand({ ...object, Body: text }));
      return (await s3.send(new sdk.GetObjectCommand(object))).Body.transformToString();
    },
    { config, text: TEXT },
  );
  assert.equal(read, TEXT);
});

test("SQSClient sends", async () => {
  const sent = await as(
    "guest",
    async (aws, { config, text }) => {
      const { sqs } = sdkClients(config, aws.credentials);
      const QueueUrl = config.services.sqs + config.queue.path;
      return sqs.send(new sdk.SendMessageCommand({ QueueUrl, MessageBody: text }));
    },
    { config, text: TEXT },
  );
  assert.equal(sent.MD5OfMessageBody, createHash("md5").update(TEXT).digest("hex"));
  assert.ok(sent.MessageId);
});

test("an SDK client is a guest, a user and a guest again, as its credentials are", async () => {
  const seen = await as(
    "guest",
    async (_, config) => {
      const aws = newClient();
      const clients = sdkClients(config, aws.credentials);
      const ends = [await write(clients, config)];
      aws.setLogins({ [config.userPool.provider]: signIn });
      ends.push(await write(clients, config));
      aws.signOut();
      ends.push(await write(clients, config));
      return ends;
    },
    config,
  );
  // ministack's denials carry no CORS headers, so the page gets what fetch throws.
  assert.deepEqual(seen, ["TypeError", "done", "TypeError"]);
});

test("an SDK client goes on with the set that replaced one which ended", async () => {
  const seen = await as(
    "guest",
    async (guest, config) => {
      const ended = { ...(await guest.credentials()), expiration: new Date() };
      const renewed = await clients.user.credentials();
      let current = ended;
      const { createClient } = await import("/pkg/index.js");
      const aws = createClient({ credentials: async () => current });
      const made = sdkClients(config, aws.credentials);
      const ends = [await write(made, config)];
      current = renewed;
      return [...ends, await write(made, config)];
    },
    config,
  );
  assert.deepEqual(seen, ["TypeError", "done"]);
});
