import ky from "ky";
import { app } from "./app.js";

app((aws, { rest }) => {
  const api = ky.create({ prefixUrl: rest, fetch: aws.signedFetch });
  return {
    add: async (text) => (await api.post("items", { json: { text } }).json()).text,
    async list(signal) {
      const { items } = await api.get("items", { searchParams: { limit: 10 }, signal }).json();
      return items.map(({ text }) => text);
    },
    forbidden: () => api.get("secret").json(),
    told: async ({ response }) => (await response.json()).Message,
  };
});
