import { read, ReportedError } from "../lib/run.mjs";
import { findProgram } from "./programs.mjs";

// dpkg takes one caller at a time, so steps that run side by side wait for each other.
let queue = Promise.resolve();
let isUpdated = false;

/** The words to put before a command to run it as root, or undefined where that needs a person. */
export async function asRoot() {
  if (process.getuid?.() === 0) return [];
  return (await read("sudo", ["-n", "true"])) === undefined ? undefined : ["sudo", "-n"];
}

/** Installs Debian's packages; refuses to remove anything that the developer has installed. */
export function aptInstall({ run, say }, packages) {
  const installed = queue.then(async () => {
    const prefix = await asRoot();
    if (!findProgram("apt-get") || !prefix) throw new ReportedError("Debian's packages cannot be installed here");
    const [program, ...args] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if (!isUpdated) await run(program, [...args, "update"]);
    isUpdated = true;
    say(`installing Debian packages: ${packages.join(" ")}`);
    await run(program, [...args, "install", "--yes", "--no-install-recommends", "--no-remove", ...packages]);
  });
  queue = installed.catch(() => {});
  return installed;
}
