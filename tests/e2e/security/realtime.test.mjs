// What lasting connections hold and show of credentials: nothing in URLs and events, nothing in memory after use.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { installFollow } from "../support/realtime.mjs";
import { useSetting } from "../support/setting.mjs";
import { countInMemory, watchWasm } from "../support/wasm.mjs";

const at = useSetting({ newPages: true });

let issued, sockets;
beforeEach(async () => {
  [issued, sockets] = [[], []];
  at.context.on("response", (response) => {
    const target = response.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith("GetCredentialsForIdentity")) issued.push(response.json());
  });
  at.page.on("websocket", (socket) => sockets.push(socket.url()));
  await at.page.addInitScript(watchWasm);
  await at.page.addInitScript(installFollow);
  await at.page.reload();
});

test("no credentials in URLs or events, and none in memory after a client is closed", async () => {
  const told = await at.run(
    async (sigfetch, { options, graphql, events }) => {
      const aws = live(sigfetch, options);
      const room = aws.events(events).channel("default/a");
      const records = [
        await follow((init) => aws.subscribe(graphql, { query: "subscription { noteAdded { id } }" }, init)),
        await follow((init) => room.subscribe(init)),
      ];
      await room.publish("x", { transport: "socket" });
      await until(() => records[1].messages.length === 1);
      aws.close();
      await Promise.all(records.map(({ done }) => done));
      return { memories: wasm.memories.length, events: JSON.stringify([aws.states, aws.gaps]) };
    },
    { options: at.alice, graphql: at.config.endpoints.graphql, events: at.config.endpoints.events },
  );
  assert.equal(told.memories, 2, "the client's module and that of lasting connections");
  const sets = (await Promise.all(issued)).map(({ Credentials }) => Credentials);
  assert.equal(sets.length, 1);
  const secrets = sets.flatMap(({ SecretKey, SessionToken }) => [SecretKey, SessionToken]);
  assert.equal(sockets.length, 2);
  for (const secret of [...secrets, "Signature=", "AWS4"]) {
    for (const url of sockets) assert.ok(!url.includes(secret), url);
    assert.ok(!told.events.includes(secret));
  }
  assert.deepEqual(
    await countInMemory(at.page, secrets),
    secrets.map(() => 0),
  );
});
