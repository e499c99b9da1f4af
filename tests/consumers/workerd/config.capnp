using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    # The local AWS is told apart by host names that no resolver knows: all calls go to its port.
    (name = "local-aws", external = (http = ())),
  ],
  sockets = [(name = "http", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    (name = "sigfetch_bg.wasm", wasm = embed "dist/sigfetch_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  globalOutbound = "local-aws",
);
