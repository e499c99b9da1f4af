// Large files to S3 from a page in Chromium, as the README's guide has it: by presigned parts, and by signed requests that
// leave the body out of the signature. ministack recomputes the signatures, and what it kept is compared byte for byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { openPage } from "./page.mjs";

/** S3 takes no smaller part but the last (S3 User Guide, "Amazon S3 multipart upload limits"). */
const PART = 5 * 1024 * 1024;
const SIZE = 2 * PART + 1_000;

let page, as, base;

before(async () => {
  page = await openPage();
  as = page.as;
  base = page.config.bucket.url;
  await as("user", installPage, { size: SIZE });
});

after(() => page?.stop());

/** Runs on the page: a file of that size, and the guide's own functions. */
function installPage(_, { size }) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 12)) & 255;
  globalThis.file = new File([bytes], "film.bin", { type: "application/octet-stream" });

  /** Uploads a file in parts; `send(url, part)` sends one and gives its response. */
  globalThis.upload = async (aws, url, file, partSize, send) => {
    const created = await aws.signedFetch(`${url}?uploads`, { method: "POST" });
    const uploadId = /<UploadId>([^<]+)</.exec(await created.text())[1];
    const parts = Array.from({ length: Math.ceil(file.size / partSize) }, (_, index) => index + 1);
    // Together here; a page with thousands of parts takes a few at a time.
    const etags = await Promise.all(
      parts.map(async (number) => {
        const part = file.slice((number - 1) * partSize, number * partSize);
        const query = new URLSearchParams({ partNumber: number, uploadId });
        const response = await send(`${url}?${query}`, part);
        if (!response.ok) throw new Error(`part ${number}: ${response.status} ${await response.text()}`);
        return response.headers.get("etag");
      }),
    );
    const listed = parts.map(
      (number, index) => `<Part><PartNumber>${number}</PartNumber><ETag>${etags[index]}</ETag></Part>`,
    );
    const done = await aws.signedFetch(`${url}?${new URLSearchParams({ uploadId })}`, {
      method: "POST",
      body: `<CompleteMultipartUpload>${listed.join("")}</CompleteMultipartUpload>`,
    });
    if (!done.ok) throw new Error(`${done.status} ${await done.text()}`);
    return parts.length;
  };
}

/** What S3 keeps under the URL, fetched by a presigned GET: its length and hash. */
const kept = (url) =>
  as(
    "user",
    async (aws, url) => {
      const response = await fetch(await aws.presign(url));
      const bytes = await response.arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return {
        status: response.status,
        size: bytes.byteLength,
        sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      };
    },
    url,
  );

function expected() {
  const bytes = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at++) bytes[at] = (at * 31 + (at >> 12)) & 255;
  return { status: 200, size: SIZE, sha256: createHash("sha256").update(bytes).digest("hex") };
}

test("a file goes up in presigned parts", async () => {
  const url = `${base}/film%201.bin`;
  const parts = await as(
    "user",
    (aws, { url, part }) =>
      upload(aws, url, file, part, async (url, body) => {
        const presigned = await aws.presign(url, { method: "PUT", expiresSeconds: 600 });
        return fetch(presigned, { method: "PUT", body });
      }),
    { url, part: PART },
  );
  assert.equal(parts, 3);
  assert.deepEqual(await kept(url), expected());
});

test("a file goes up in signed parts whose bytes are not hashed", async () => {
  const url = `${base}/film-2.bin`;
  await as(
    "user",
    (aws, { url, part }) =>
      upload(aws, url, file, part, (url, body) =>
        aws.signedFetch(url, { method: "PUT", body, aws: { unsignedPayload: true } }),
      ),
    { url, part: PART },
  );
  assert.deepEqual(await kept(url), expected());
});

test("a whole file goes up by one presigned PUT, with the type that was signed and no other", async () => {
  const url = `${base}/Grüße/film+3.bin`.replace("+", "%2B");
  const statuses = await as(
    "user",
    async (aws, url) => {
      const presigned = await aws.presign(url, { method: "PUT", headers: { "content-type": "video/mp4" } });
      const put = async (address, type) =>
        (await fetch(address, { method: "PUT", body: file, headers: { "content-type": type } })).status;
      const changed = presigned.replace(
        /(X-Amz-Signature=)(.)/,
        (_, name, first) => name + (first === "0" ? "1" : "0"),
      );
      const otherKey = presigned.replace("film", "fiim");
      return [
        await put(presigned, "text/html"),
        await put(changed, "video/mp4"),
        await put(otherKey, "video/mp4"),
        await put(presigned, "video/mp4"),
      ];
    },
    url,
  );
  assert.deepEqual(statuses, [403, 403, 403, 200]);
  assert.deepEqual(await kept(url), expected());
});

test("a presigned URL gives its bearer what the signer's role gives, and no more", async () => {
  const seen = await as(
    "guest",
    async (aws, url) => {
      const get = await aws.presign(url);
      return {
        put: (await fetch(get, { method: "PUT", body: "x" })).status,
        forLater: new URL(get).searchParams.get("X-Amz-Expires"),
        remove: (await fetch(await aws.presign(url, { method: "DELETE" }), { method: "DELETE" })).status,
      };
    },
    `${base}/film-2.bin`,
  );
  assert.deepEqual(seen, { put: 403, forLater: "900", remove: 403 });
});
