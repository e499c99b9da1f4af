// Lists for workerd what was built, as wrangler does.
import { readdirSync, writeFileSync } from "node:fs";
import { extname } from "node:path";

const folder = ".output/server";
const KINDS = { ".mjs": "esModule", ".wasm": "wasm" };
const modules = readdirSync(folder, { recursive: true })
  .filter((file) => KINDS[extname(file)])
  // The first one is where it starts.
  .sort((one, other) => (other === "index.mjs") - (one === "index.mjs"))
  .map((file) => `(name = "${file}", ${KINDS[extname(file)]} = embed "${file}")`);

writeFileSync(
  `${folder}/config.capnp`,
  `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker), (name = "local-aws", external = (http = ()))],
  sockets = [(name = "http", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = "2026-11-01",
  globalOutbound = "local-aws",
);
`,
);
