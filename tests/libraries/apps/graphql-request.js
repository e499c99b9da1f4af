import { GraphQLClient } from "graphql-request";
import { app } from "./app.js";

app((aws, { graphql }) => {
  const client = new GraphQLClient(graphql, { fetch: aws.signedFetch });
  return {
    async add(text) {
      const query = "mutation Add($text: String!) { addNote(text: $text) { text } }";
      return (await client.request(query, { text })).addNote.text;
    },
    async list(signal) {
      const { notes } = await client.request({ document: "{ notes { text } }", signal });
      return notes.map(({ text }) => text);
    },
    forbidden: () => client.request("{ audit { owner } }"),
  };
});
