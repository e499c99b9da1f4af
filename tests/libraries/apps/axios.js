import axios from "axios";
import { app } from "./app.js";

app((aws, { rest }) => {
  const api = axios.create({ baseURL: rest, adapter: "fetch", env: { fetch: aws.signedFetch, Request, Response } });
  return {
    add: async (text) => (await api.post("items", { text })).data.text,
    async list(signal) {
      const { data } = await api.get("items", { params: { limit: 10, "a b": "ü" }, signal });
      return data.items.map(({ text }) => text);
    },
    forbidden: () => api.get("secret"),
    told: ({ response }) => response.data.Message,
  };
});
