import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { app } from "./app.js";

app((aws, { rest }) => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  async function load(path, signal) {
    const response = await aws.signedFetch(`${rest}/${path}`, { signal });
    if (!response.ok) throw new Error((await response.json()).Message);
    return response.json();
  }
  return {
    async add(text) {
      const init = { method: "POST", body: JSON.stringify({ text }), headers: { "content-type": "application/json" } };
      const mutationFn = async () => (await aws.signedFetch(`${rest}/items`, init)).json();
      const { text: added } = await client.getMutationCache().build(client, { mutationFn }).execute();
      return added;
    },
    /** Two observers of one query share one call; when it is cancelled, the library aborts it. */
    async list(signal) {
      const query = { queryKey: ["items"], queryFn: ({ signal }) => load("items", signal) };
      const stop = new QueryObserver(client, query).subscribe(() => {});
      signal?.addEventListener("abort", () => client.cancelQueries(query));
      try {
        return (await client.fetchQuery(query)).items.map(({ text }) => text);
      } finally {
        stop();
        client.clear();
      }
    },
    forbidden: () => client.fetchQuery({ queryKey: ["secret"], queryFn: ({ signal }) => load("secret", signal) }),
  };
});
