import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { app } from "./app.js";
import { ADDED, AUDITED, liveClient } from "./live.js";

app((aws, { graphql }) => {
  const live = liveClient(aws, graphql);
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: live.subscribe(request, sink) }),
  });
  const client = new Client({
    url: graphql,
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
    fetch: aws.signedFetch,
    // AppSync takes queries by POST only.
    preferGetMethod: false,
  });
  const valueOf = ({ data, error }) => {
    if (error) throw error;
    return data;
  };
  return {
    async add(text) {
      const query = "mutation Add($text: String!) { addNote(text: $text) { text } }";
      return valueOf(await client.mutation(query, { text }).toPromise()).addNote.text;
    },
    /** Who no longer subscribes aborts. */
    async list(signal) {
      const result = await new Promise((resolve, reject) => {
        const { unsubscribe } = client.query("{ notes { text } }", {}).subscribe((result) => {
          resolve(result);
          setTimeout(() => unsubscribe());
        });
        signal?.addEventListener("abort", () => {
          unsubscribe();
          reject(signal.reason);
        });
      });
      return valueOf(result).notes.map(({ text }) => text);
    },
    listen(heard) {
      const added = client.subscription(ADDED, { owner: null });
      return added.subscribe(({ data }) => heard(data.noteAdded.text)).unsubscribe;
    },
    listenForbidden: () =>
      new Promise((_, reject) => client.subscription(AUDITED, {}).subscribe(({ error }) => reject(error))),
    forbidden: async () => valueOf(await client.query("{ audit { owner } }", {}).toPromise()),
  };
});
