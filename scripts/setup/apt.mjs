import { findProgram } from "../lib/environment.mjs";
import { read } from "../lib/run.mjs";
import { SetupError } from "./step.mjs";

// dpkg takes one caller at a time, so the steps that use it line up here.
let queue = Promise.resolve();
let listsAreFresh = false;

/** Whether Debian packages can be installed here without asking anybody for a password. */
export async function canInstall() {
  return findProgram("apt-get") !== undefined && (await asRoot()) !== undefined;
}

/** The words to put before a command to run it as root, or undefined where that needs a person. */
export async function asRoot() {
  if (process.getuid?.() === 0) return [];
  return (await read("sudo", ["-n", "true"])) === undefined ? undefined : ["sudo", "-n"];
}

/** Whether Debian (as this machine is set up) has a package of that name to offer. */
export async function offers(name) {
  return Boolean(await read("apt-cache", ["show", "--no-all-versions", name]));
}

/** Brings the package lists up to date, once per run. */
export const refreshLists = (job) =>
  inTurn(async () => {
    if (listsAreFresh) return;
    await apt(job, ["update"]);
    listsAreFresh = true;
  });

/** Installs packages; refuses to remove anything the developer has installed. */
export async function install(job, packages) {
  if (!(await canInstall())) throw new SetupError(`installing ${packages.join(", ")} needs root`);
  await refreshLists(job);
  await inTurn(() => {
    job.say(`installing Debian packages: ${packages.join(" ")}`);
    return apt(job, ["install", "--yes", "--no-install-recommends", "--no-remove", ...packages]);
  });
}

async function apt(job, args) {
  const [program, ...rest] = [...(await asRoot()), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
  await job.run(program, rest);
}

function inTurn(work) {
  const turn = queue.then(work);
  queue = turn.catch(() => {});
  return turn;
}
