// The calls that the page offers, as plain data.
//
// `local` and `account` say what differs between the local AWS and a real account: the first contents of the fields,
// which roles `may` (see calls-view.js), and perhaps what to read about it. A call is offered where its environment is
// among them. A real account's fields begin with what every API understands, or empty where only its owner can know.

/** The groups, in their order. `api` names the address in an environment's `apis`; whoami needs none. */
export const groups = [
  {
    title: "STS",
    address: "GetCallerIdentity",
    calls: [
      {
        id: "whoami",
        kind: "whoami",
        method: "POST",
        title: "Who am I?",
        about: "Every role may ask, whatever its policies say: the quickest proof that credentials and signature hold.",
        local: { fields: {} },
        account: { fields: {} },
      },
    ],
  },
  {
    title: "API Gateway",
    api: "rest",
    calls: [
      {
        id: "get",
        kind: "rest",
        method: "GET",
        title: "Signed GET",
        about: "The arguments of fetch, and a Response as fetch gives it.",
        local: { may: "everyone", fields: { path: "/items" } },
        account: { fields: { path: "/" } },
      },
      {
        id: "post",
        kind: "rest",
        method: "POST",
        title: "Signed POST",
        about: "The body is part of the signature.",
        local: {
          may: "everyone",
          about: "The body is part of the signature. This resource answers with what reached it.",
          fields: { path: "/echo/hello?from=this page", body: '{ "hello": "AWS" }' },
        },
        account: { fields: { path: "/", body: '{ "hello": "AWS" }' } },
      },
      {
        id: "restricted-post",
        kind: "rest",
        method: "POST",
        title: "Restricted POST",
        about: "Something that guests may not do and users may.",
        local: {
          may: "users",
          about: "Guests may read items, not add any. Sign in, and the same request goes through.",
          fields: { path: "/items", body: '{ "name": "Teapot", "price": 4200 }' },
        },
        account: { fields: { path: "", body: "{}" } },
      },
      {
        id: "forbidden-get",
        kind: "rest",
        method: "GET",
        title: "Forbidden GET",
        about: "Something that the role may not do. With CORS headers on the refusal, the page can read IAM's reason.",
        local: { may: "nobody", fields: { path: "/secret" } },
        account: {
          about:
            "Something that the role may not do. The page can read IAM's reason if the API's gateway responses " +
            "DEFAULT_4XX and DEFAULT_5XX have CORS headers.",
          fields: { path: "" },
        },
      },
      {
        id: "hidden-get",
        kind: "rest",
        method: "GET",
        api: "restWithoutCors",
        title: "Forbidden and hidden GET",
        about:
          "On an API as it is first deployed, refusals carry no CORS headers and the browser hides them. The owner adds " +
          "those headers to the gateway responses DEFAULT_4XX and DEFAULT_5XX.",
        local: { may: "nobody", fields: { path: "/secret" } },
      },
    ],
  },
  {
    title: "AppSync",
    api: "graphql",
    calls: [
      {
        id: "query",
        kind: "graphql",
        method: "QUERY",
        title: "GraphQL query",
        about: "Gives data and errors, whichever there are.",
        local: { may: "everyone", fields: { query: "query {\n  me { role identityId }\n  notes { id text }\n}" } },
        account: { fields: { query: "query { __typename }" } },
      },
      {
        id: "mutation",
        kind: "graphql",
        method: "MUTATION",
        title: "GraphQL mutation",
        about: "The same, with variables.",
        local: {
          may: "everyone",
          about: "Adds a note of the caller's. Ask for the notes again to see it.",
          fields: {
            query: "mutation ($text: String!) {\n  addNote(text: $text) { id text owner }\n}",
            variables: '{ "text": "Signed in the browser" }',
          },
        },
        account: { fields: { query: "mutation { __typename }", variables: "{}" } },
      },
      {
        id: "restricted-query",
        kind: "graphql",
        method: "QUERY",
        title: "Restricted query",
        about: "IAM decides field by field: what is refused becomes null, and the rest still comes.",
        local: { may: "users", fields: { query: "query {\n  audit { owner notes }\n  me { role }\n}" } },
        account: { fields: { query: "" } },
      },
      {
        id: "restricted-mutation",
        kind: "graphql",
        method: "MUTATION",
        title: "Restricted mutation",
        about: "Something that guests may not do and users may.",
        local: {
          may: "users",
          about: "Guests may add notes, not delete any. For users there is no such note, so the answer is null.",
          fields: {
            query: "mutation ($id: String!) {\n  deleteNote(id: $id) { id text }\n}",
            variables: '{ "id": "of-no-note" }',
          },
        },
        account: { fields: { query: "", variables: "{}" } },
      },
    ],
  },
];
