import { GraphQLClient } from "graphql-request";
import { app } from "./app.js";
import { ADDED, AUDITED, liveClient } from "./live.js";

app((aws, { graphql }) => {
  const client = new GraphQLClient(graphql, { fetch: aws.signedFetch });
  const live = liveClient(aws, graphql);
  const sink = { next() {}, error() {}, complete() {} };
  return {
    async add(text) {
      const query = "mutation Add($text: String!) { addNote(text: $text) { text } }";
      return (await client.request(query, { text })).addNote.text;
    },
    async list(signal) {
      const { notes } = await client.request({ document: "{ notes { text } }", signal });
      return notes.map(({ text }) => text);
    },
    listen: (heard) => live.subscribe({ query: ADDED }, { ...sink, next: ({ data }) => heard(data.noteAdded.text) }),
    listenForbidden: () => new Promise((_, error) => live.subscribe({ query: AUDITED }, { ...sink, error })),
    forbidden: () => client.request("{ audit { owner } }"),
  };
});
