import { Client, fetchExchange } from "@urql/core";
import { app } from "./app.js";

app((aws, { graphql }) => {
  const client = new Client({
    url: graphql,
    exchanges: [fetchExchange],
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
    forbidden: async () => valueOf(await client.query("{ audit { owner } }", {}).toPromise()),
  };
});
