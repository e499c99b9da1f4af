import createApi from "openapi-fetch";
import { app } from "./app.js";

app((aws, { rest }) => {
  const api = createApi({ baseUrl: rest, fetch: aws.signedFetch });
  const valueOf = ({ data, error }) => {
    if (error) throw Object.assign(new Error("refused"), { answer: error });
    return data;
  };
  return {
    add: async (text) => valueOf(await api.POST("/items", { body: { text } })).text,
    async list(signal) {
      const query = { limit: 10, tags: ["a", "b"] };
      const { items } = valueOf(await api.GET("/items", { params: { query }, signal }));
      return items.map(({ text }) => text);
    },
    forbidden: async () => valueOf(await api.GET("/secret")),
    told: ({ answer }) => answer.Message,
  };
});
