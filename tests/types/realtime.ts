// Subscriptions, Events, and documents that know their types.
import { createClient } from "sigfetch";
import type { EventChannel, Gap, GraphqlResult, PublishResult, Subscription } from "sigfetch";

const aws = createClient({
  identityPoolId: "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0",
  realtime: () => import("sigfetch/realtime"),
});
const endpoint = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql";

interface Added {
  noteAdded: { id: string };
}

/** As GraphQL Code Generator, gql.tada and `@graphql-typed-document-node/core` declare theirs. */
interface DocumentTypeDecoration<Result, Variables> {
  __apiType?: (variables: Variables) => Result;
}
interface DocumentNode {
  readonly kind: "Document";
  readonly definitions: ReadonlyArray<{ readonly kind: string }>;
  readonly loc?: { readonly source: { readonly body: string } } | undefined;
}
interface TypedDocumentNode<Result, Variables> extends DocumentNode, DocumentTypeDecoration<Result, Variables> {}
declare class TypedDocumentString<Result, Variables>
  extends String
  implements DocumentTypeDecoration<Result, Variables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<Result, Variables>["__apiType"]>;
}

declare const node: TypedDocumentNode<Added, { owner: string }>;
declare const text: TypedDocumentString<Added, { owner: string }>;
declare const withoutVariables: TypedDocumentNode<Added, { [key: string]: never }>;
declare const untyped: DocumentNode;

const variables = { owner: "o" };
export const typed: Subscription<GraphqlResult<Added>>[] = [
  aws.subscribe(endpoint, { query: node, variables }),
  aws.subscribe(new URL(endpoint), { query: text, variables, operationName: "S" }),
  aws.subscribe(endpoint, { query: withoutVariables }),
  aws.subscribe<Added>(endpoint, { query: "subscription { noteAdded { id } }", variables: { any: 1 } }),
  aws.subscribe<Added>(endpoint, { query: untyped }),
];
export const asked: Promise<GraphqlResult<Added>>[] = [
  aws.graphql(endpoint, { query: node, variables }),
  aws.graphql(endpoint, { query: text, variables }),
  aws.graphql<Added>(endpoint, { query: "{ a }" }),
];

// @ts-expect-error: variables that the document needs
aws.subscribe(endpoint, { query: node });
// @ts-expect-error: of another type
aws.graphql(endpoint, { query: node, variables: { owner: 7 } });
// @ts-expect-error: no document
aws.subscribe(endpoint, { query: 7 });
// @ts-expect-error: no such option
aws.subscribe(endpoint, { query: "subscription { a }" }, { onMissing() {} });
// @ts-expect-error: no such transport
void aws.events(endpoint).channel("a").publish(1, { transport: "udp" });

const { signal } = new AbortController();
const onGap = async ({ since, until, disconnections, overflowed, unreadable }: Gap) =>
  console.log(since.getTime(), until.getTime(), disconnections + overflowed + unreadable);

export async function follow() {
  for await (const { data, errors } of aws.subscribe<Added>(
    endpoint,
    { query: "…" },
    { signal, onGap, maxQueued: 10 },
  )) {
    console.log(data?.noteAdded.id, errors?.[0]?.message);
  }
  const room: EventChannel = aws.events(endpoint).channel("default/room");
  const { ready, forEach, unsubscribe } = room.subscribe<{ text: string }>({ signal, onGap });
  await ready();
  const ended: Promise<void> = forEach(async ({ text }) => console.log(text));
  const published: PublishResult = await room.publish([{ text: "x" }, 7], { signal, transport: "socket" });
  console.log(published.successful[0]?.identifier, published.failed[0]?.code);
  unsubscribe();
  await ended;
}

aws.addEventListener("realtime", ({ detail: { endpoint, state, reason, delayMs, error } }) =>
  console.log(endpoint, state === "waiting" && `${reason} ${delayMs}`, error?.code),
);
aws.addEventListener("gap", ({ detail }) => console.log(detail.endpoint, detail.since.getTime()));
