// AWS's own client for AppSync, with nothing of sigfetch's but the credentials.
import { events, generateClient } from "@aws-amplify/api";
import { Amplify } from "@aws-amplify/core";
import { app } from "./app.js";

// It opens sockets over TLS only, which the local AWS does not have.
const { WebSocket } = globalThis;
globalThis.WebSocket = class extends WebSocket {
  constructor(url, ...rest) {
    super(String(url).replace(/^wss:/, "ws:"), ...rest);
  }
};

const ADDED = "subscription Added { noteAdded { id text owner } }";
const ADD = "mutation Add($text: String!) { addNote(text: $text) { id text owner } }";

// Hosts of the local AWS are custom domains to it, as they are none of AWS's own.
app((aws, { graphqlDomain, eventsDomain, region }) => {
  const api = (endpoint) => ({ endpoint, region, defaultAuthMode: "iam" });
  const credentialsProvider = {
    getCredentialsAndIdentityId: async () => ({ credentials: await aws.credentials() }),
    clearCredentialsAndIdentityId() {},
  };
  Amplify.configure(
    { API: { GraphQL: api(graphqlDomain), Events: api(eventsDomain) } },
    { Auth: { credentialsProvider } },
  );
  const client = generateClient();
  return {
    add: async (text) => (await client.graphql({ query: ADD, variables: { text } })).data.addNote.text,
    listen(heard, query = ADDED) {
      const next = ({ data }) => heard(data.noteAdded.text);
      const subscription = client
        .graphql({ query })
        .subscribe({ next, error: (error) => heard(JSON.stringify(error)) });
      return () => subscription.unsubscribe();
    },
    async join(name, heard) {
      const channel = await events.connect(name);
      channel.subscribe({ next: ({ event }) => heard(event), error: (error) => heard(JSON.stringify(error)) });
      return channel;
    },
    post: (name, event) => events.post(name, event),
  };
});
