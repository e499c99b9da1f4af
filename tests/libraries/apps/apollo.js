import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable, gql } from "@apollo/client";
import { OperationTypeNode } from "graphql";
import { app } from "./app.js";
import { ADDED, AUDITED, liveClient } from "./live.js";

app((aws, { graphql }) => {
  const live = liveClient(aws, graphql);
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new ApolloLink((operation) => new Observable((sink) => live.subscribe(operation, sink))),
      new HttpLink({ uri: graphql, fetch: aws.signedFetch }),
    ),
    cache: new InMemoryCache(),
  });
  return {
    async add(text) {
      const mutation = gql`
        mutation Add($text: String!) {
          addNote(text: $text) {
            text
          }
        }
      `;
      return (await client.mutate({ mutation, variables: { text } })).data.addNote.text;
    },
    async list(signal) {
      const query = gql`
        {
          notes {
            text
          }
        }
      `;
      const context = { fetchOptions: { signal } };
      return (await client.query({ query, context, fetchPolicy: "network-only" })).data.notes.map(({ text }) => text);
    },
    listen(heard) {
      const added = client.subscribe({ query: gql(ADDED) }).subscribe(({ data }) => heard(data.noteAdded.text));
      return () => added.unsubscribe();
    },
    listenForbidden: () =>
      new Promise((_, reject) =>
        client.subscribe({ query: gql(AUDITED) }).subscribe({ next: ({ error }) => reject(error), error: reject }),
      ),
    forbidden() {
      const query = gql`
        {
          audit {
            owner
          }
        }
      `;
      return client.query({ query });
    },
  };
});
