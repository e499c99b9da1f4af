// The calls that the page offers, as plain data.
//
// `local` and `account` contain what differs between the local AWS and a real account: the initial contents of the
// fields, the roles that `may` make the call (see calls-view.js), and optionally another description. A call is shown
// if it has an entry for the environment. The fields of a real account initially contain values that every API accepts,
// or are empty if only the owner of the API can know them.

/** The groups, in the order in which they are shown. `api` is the key of the address in an environment's `apis`. */
export const groups = [
  {
    title: "STS",
    address: "GetCallerIdentity",
    calls: [
      {
        id: "whoami",
        kind: "whoami",
        method: "POST",
        title: "Caller identity",
        about:
          "Every role is allowed to call it, whatever its policies say: the simplest test of credentials and signature.",
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
        about: "Takes the arguments of fetch and returns a Response.",
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
          about: "The body is part of the signature. This resource returns the request that it received.",
          fields: { path: "/echo/hello?from=this page", body: '{ "hello": "AWS" }' },
        },
        account: { fields: { path: "/", body: '{ "hello": "AWS" }' } },
      },
      {
        id: "restricted-post",
        kind: "rest",
        method: "POST",
        title: "Restricted POST",
        about: "A request that users are allowed to make and guests are not.",
        local: {
          may: "users",
          about: "Guests may read items but not add any. After sign-in, the same request succeeds.",
          fields: { path: "/items", body: '{ "name": "Teapot", "price": 4200 }' },
        },
        account: { fields: { path: "", body: "{}" } },
      },
      {
        id: "forbidden-get",
        kind: "rest",
        method: "GET",
        title: "Forbidden GET",
        about: "A request that the role is not allowed to make. The refusal has CORS headers, so the page can read it.",
        local: { may: "nobody", fields: { path: "/secret" } },
        account: {
          about:
            "A request that the role is not allowed to make. The page can read the refusal if the API's gateway " +
            "responses DEFAULT_4XX and DEFAULT_5XX have CORS headers.",
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
          "By default, the refusals of an API have no CORS headers, and the browser hides them from the page. The owner " +
          "of the API can add the headers to the gateway responses DEFAULT_4XX and DEFAULT_5XX.",
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
        about: "Returns data and errors.",
        local: { may: "everyone", fields: { query: "query {\n  me { role identityId }\n  notes { id text }\n}" } },
        account: { fields: { query: "query { __typename }" } },
      },
      {
        id: "mutation",
        kind: "graphql",
        method: "MUTATION",
        title: "GraphQL mutation",
        about: "A mutation with variables.",
        local: {
          may: "everyone",
          about: "Adds a note of the caller. Send the query again to see it.",
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
        about: "IAM authorizes each field: a denied field is null, and the other fields are returned.",
        local: { may: "users", fields: { query: "query {\n  audit { owner notes }\n  me { role }\n}" } },
        account: { fields: { query: "" } },
      },
      {
        id: "restricted-mutation",
        kind: "graphql",
        method: "MUTATION",
        title: "Restricted mutation",
        about: "A request that users are allowed to make and guests are not.",
        local: {
          may: "users",
          about:
            "Guests may add notes but not delete any. Users may, but this note does not exist, so the answer is null.",
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
