import { StrictMode, useEffect, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { createCounted, restart, survivors } from "./survivors.js";

const MOUNTS = 20;

/** Calls of clients that are or were on the page; every one ends. */
let calls = [];

/** Makes its client in an effect and closes it in the effect's clean-up. */
function Closing({ options }) {
  useEffect(() => {
    const aws = createCounted(options);
    calls.push(aws.identityId().catch(({ code }) => code));
    return () => aws.close();
  }, []);
}

/** Makes its client while it renders, which StrictMode does twice, and leaves it to the garbage collector. */
function Leaving({ options }) {
  const aws = useMemo(() => createCounted(options), []);
  useEffect(() => {
    calls.push(aws.identityId().catch(({ code }) => code));
  }, [aws]);
}

const moment = () => new Promise((resolve) => setTimeout(resolve));

/** Shows the component again and again, every other time only for a moment, and counts what is left. */
async function remount(Component, options) {
  restart();
  calls = [];
  for (let mount = 0; mount < MOUNTS; mount += 1) {
    const before = calls.length;
    const root = createRoot(document.body.appendChild(document.createElement("main")));
    root.render(
      <StrictMode>
        <Component options={options} />
      </StrictMode>,
    );
    await moment();
    if (mount % 2 === 0) {
      // StrictMode runs every effect twice.
      while (calls.length < before + 2) await moment();
      await Promise.all(calls);
    }
    root.unmount();
    document.body.lastChild.remove();
  }
  const ends = await Promise.all(calls);
  calls = [];
  return { identities: ends.filter((end) => end.startsWith("us-east-1:")).length, ...(await survivors()) };
}

async function remountAll({ options }) {
  const results = {};
  for (const Component of [Closing, Leaving]) {
    results[Component.name] = await remount(Component, options);
    results[`${Component.name}, shared`] = await remount(Component, { ...options, shareBetweenTabs: true });
  }
  return results;
}

globalThis.result = remountAll(globalThis.task);
