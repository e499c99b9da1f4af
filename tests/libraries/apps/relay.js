import { Network, Observable } from "relay-runtime";
import { app } from "./app.js";
import { ADDED, AUDITED, liveClient } from "./live.js";

app((aws, { graphql }) => {
  const live = liveClient(aws, graphql);
  const network = Network.create(
    ({ text }, variables, { metadata }) => aws.graphql(graphql, { query: text, variables }, metadata),
    ({ text }, variables) => Observable.create((sink) => live.subscribe({ query: text, variables }, sink)),
  );
  // What Relay's compiler would make of a document.
  const execute = (operationKind, text, variables, metadata) =>
    network.execute({ operationKind, text, name: "", id: null, metadata: {} }, variables, { metadata });
  const run = async (...operation) => {
    const { data, errors } = await execute(...operation).toPromise();
    if (errors) throw new Error(errors[0].message);
    return data;
  };
  return {
    async add(text) {
      const document = "mutation Add($text: String!) { addNote(text: $text) { text } }";
      return (await run("mutation", document, { text })).addNote.text;
    },
    list: async (signal) => (await run("query", "{ notes { text } }", {}, { signal })).notes.map(({ text }) => text),
    listen(heard) {
      const { unsubscribe } = execute("subscription", ADDED, {}).subscribe({
        next: ({ data }) => heard(data.noteAdded.text),
      });
      return unsubscribe;
    },
    listenForbidden: () => new Promise((_, error) => execute("subscription", AUDITED, {}).subscribe({ error })),
    forbidden: () => run("query", "{ audit { owner } }", {}),
  };
});
