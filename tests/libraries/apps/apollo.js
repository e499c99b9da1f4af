import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { app } from "./app.js";

app((aws, { graphql }) => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: graphql, fetch: aws.signedFetch }),
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
