// The rooms that the page offers, as plain data: what each subscribes to, and how a message is sent there.
//
// `local` and `account` have the initial contents of the fields. A room is shown if the environment has an address for
// it, `api` being the key in `apis`. Nobody but the owner of a real account knows its schema.

const mutation = "mutation ($text: String!) {\n  addNote(text: $text) { id text owner }\n}";

export const rooms = [
  {
    id: "subscription",
    api: "graphql",
    title: "GraphQL subscription",
    about: "What mutations change arrives here, whoever sends them: this tab, another one, or the mutation above.",
    local: { query: "subscription {\n  noteAdded { text owner }\n}" },
    account: { query: "subscription {\n  __typename\n}" },
    subscribe: (client, address, { query }, init) => client.subscribe(address, { query }, init),
    textOf: ({ data, errors }) => data?.noteAdded?.text ?? JSON.stringify(data ?? errors),
    async send(client, address, fields, text) {
      const { errors } = await client.graphql(address, { query: mutation, variables: { text } });
      if (errors) throw new Error(errors[0].message);
    },
    sendsIn: ["local"],
  },
  {
    id: "events",
    api: "events",
    title: "Events room",
    about: "Whoever subscribes to a channel gets what somebody publishes there: JSON, without a schema.",
    local: { channel: "default/room" },
    account: { channel: "default/room" },
    subscribe: (client, address, { channel }, init) => client.events(address).channel(channel).subscribe(init),
    textOf: (event) => event?.text ?? JSON.stringify(event),
    async send(client, address, { channel }, text) {
      const { failed } = await client.events(address).channel(channel).publish({ text });
      if (failed.length > 0) throw new Error(failed[0].message);
    },
    sendsIn: ["local", "account"],
  },
];
