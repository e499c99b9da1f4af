// One request per service, as a page would make it, and how to see that it arrived as it was meant.

import { createHash } from "node:crypto";

const GREETING = "Grüße ✓ 😀";
const GREETING_MD5 = createHash("md5").update(GREETING).digest("hex");

/**
 * @param {object} config what startMinistack() furnished
 * @returns {Record<string, { service: string, request: object, arrived: (answer: object) => unknown, expected: unknown }>}
 */
export function requestsByService({ services, restApi, graphqlApi, eventApi, table, bucket, queue }) {
  return {
    "API Gateway": {
      service: "execute-api",
      request: post(
        `${restApi.url}/echo/notes`,
        { "content-type": "application/json" },
        JSON.stringify({ text: GREETING }),
      ),
      arrived: (answer) => JSON.parse(Buffer.from(answer.json().body.base64, "base64").toString()),
      expected: { text: GREETING },
    },
    "AppSync GraphQL": {
      service: "appsync",
      request: post(
        graphqlApi.url,
        { "content-type": "application/json" },
        JSON.stringify({
          query: "query Note($id: ID!, $text: String) { note(id: $id, text: $text) { id text } }",
          variables: { id: "1", text: GREETING },
        }),
      ),
      arrived: (answer) => answer.json(),
      expected: { data: { note: { id: "1", text: GREETING } } },
    },
    "AppSync Events": {
      service: "appsync",
      request: post(
        eventApi.url,
        { "content-type": "application/json" },
        JSON.stringify({ channel: "/default/notes", events: [JSON.stringify({ text: GREETING })] }),
      ),
      arrived: (answer) => answer.json().successful.map(({ index }) => index),
      expected: [0],
    },
    STS: {
      service: "sts",
      request: post(
        `${services.sts}/`,
        { "content-type": "application/x-www-form-urlencoded" },
        "Action=GetCallerIdentity&Version=2011-06-15",
      ),
      arrived: (answer) => /<Arn>(.*)<\/Arn>/.exec(answer.text)?.[1],
      expected: "arn:aws:sts::123456789012:assumed-role/notes-guest/CognitoIdentityCredentials",
    },
    DynamoDB: {
      service: "dynamodb",
      request: post(
        `${services.dynamodb}/`,
        json("DynamoDB_20120810.GetItem"),
        JSON.stringify({ TableName: table, Key: { id: { S: GREETING } } }),
      ),
      arrived: (answer) => answer.json(),
      expected: {},
    },
    S3: {
      service: "s3",
      request: {
        method: "PUT",
        url: `${bucket.url}/gr%C3%BC%C3%9Fe/a%20b.txt`,
        headers: { "content-type": "text/plain" },
        body: GREETING,
      },
      arrived: (answer) => answer.headers.etag,
      expected: `"${GREETING_MD5}"`,
    },
    SQS: {
      service: "sqs",
      request: post(
        `${services.sqs}/`,
        json("AmazonSQS.SendMessage"),
        JSON.stringify({
          QueueUrl: services.sqs + queue.path,
          MessageBody: GREETING,
        }),
      ),
      arrived: (answer) => answer.json().MD5OfMessageBody,
      expected: GREETING_MD5,
    },
  };
}

function post(url, headers, body) {
  return { method: "POST", url, headers, body };
}

function json(target) {
  return {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": target,
  };
}
