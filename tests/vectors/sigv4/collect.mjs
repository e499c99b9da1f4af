// Collects the official SigV4 suite, as the crate aws-sigv4 ships it, into one file that tests can embed.
// usage: node collect.mjs DIR/aws-signing-test-suite/v4 > official.json
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const suite = process.argv[2];
const cases = [];
for (const name of readdirSync(suite).sort()) {
  const read = (file) =>
    existsSync(join(suite, name, file)) ? readFileSync(join(suite, name, file), "utf8") : undefined;
  const context = JSON.parse(read("context.json") ?? "null");
  const stages = (form) => ({
    canonicalRequest: read(`${form}-canonical-request.txt`),
    stringToSign: read(`${form}-string-to-sign.txt`)?.trimEnd(),
    signature: read(`${form}-signature.txt`),
    signedRequest: read(`${form}-signed-request.txt`),
  });
  cases.push({ name, context, request: read("request.txt"), header: stages("header"), query: stages("query") });
}
process.stdout.write(JSON.stringify(cases, null, 1) + "\n");
