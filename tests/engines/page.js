// Does what the address says and posts the outcome back.
import * as tasks from "./tasks.js";

const query = new URLSearchParams(location.search);
const { name, ...task } = JSON.parse(query.get("task"));

async function outcome() {
  try {
    return { value: await tasks[name](task) };
  } catch (error) {
    const { code, field, advice, cause } = error;
    return { error: { text: String(error), code, field, advice, cause: String(cause) } };
  }
}

await fetch(`/result/${query.get("id")}`, { method: "POST", body: JSON.stringify(await outcome()) });
