import { useEffect, useMemo, useState } from "react";
import { createCounted } from "./survivors.js";

const options = { ...globalThis.task.options, shareBetweenTabs: true };

/** Every edit of this file makes another generation of what it exports. */
const generation = (globalThis.generation ?? 0) + 1;
globalThis.generation = generation;

/** Closes its client when it goes, and when it is replaced. */
export function Closing() {
  const [identity, setIdentity] = useState("");
  useEffect(() => {
    const aws = createCounted(options);
    aws.identityId().then(setIdentity, () => {});
    return () => aws.close();
  }, []);
  return <p>{identity}</p>;
}

/** Leaves its client to the garbage collector. */
export function Leaving() {
  const [identity, setIdentity] = useState("");
  const aws = useMemo(() => createCounted(options), []);
  useEffect(() => {
    aws.identityId().then((id) => {
      setIdentity(id);
      globalThis.shown = generation;
    });
  }, [aws]);
  return <p>{identity}</p>;
}
