// Subscriptions for GraphQL clients, as the README shows it: a client as graphql-ws has it.

/** A client of an endpoint; `aws` is one of sigfetch's. */
export const liveClient = (aws, endpoint) => ({
  /** Calls the sink with each result, and gives the function that ends the subscription. */
  subscribe(request, sink) {
    const subscription = aws.subscribe(endpoint, request);
    const done = subscription.forEach((result) => sink.next(result));
    done.then(
      () => sink.complete(),
      (error) => sink.error(error),
    );
    return subscription.unsubscribe;
  },
});

/** What the apps subscribe to. */
export const ADDED = "subscription Added($owner: String) { noteAdded(owner: $owner) { text } }";
export const AUDITED = "subscription { noteDeleted { text } }";
