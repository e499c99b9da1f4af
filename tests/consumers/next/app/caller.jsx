"use client";

import { useEffect } from "react";
import { call } from "../src/call.js";
import { createClient } from "../src/entry.js";

// As applications do it: one client for the module, so it is also made while the server renders.
const aws = createClient({ identityPoolId: "us-east-1:11111111-2222-3333-4444-555555555555" });

export function Caller() {
  useEffect(() => {
    globalThis.result = call(createClient, globalThis.task);
  }, []);
  return <p>rendered with {typeof aws.signedFetch}</p>;
}
