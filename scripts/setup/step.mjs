import { join } from "node:path";
import { runLogged, Verdict } from "../lib/run.mjs";
import { cache } from "../lib/paths.mjs";

/**
 * A step of the set-up is an object:
 *
 * - `name`: what it provides, as a person would say it
 * - `neededFor`: which of the purposes in `setup.mjs` cannot do without it
 * - `check()`: undefined when all is there, else a sentence saying what is missing; answers in milliseconds
 * - `install(job)`: gets it
 * - `byHand()`: what a person can do where `install` cannot
 * - `after()`: resolves to names of steps that have to be done first, if they are to be done at all
 *
 * `install` works through a `Job`, which keeps the output in a log and says what is going on.
 */
export class Job {
  constructor(step, say) {
    this.log = join(cache, "logs", `${step.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.log`);
    this.say = say;
  }

  /** Runs a program with its output in this job's log. */
  run(program, args, options = {}) {
    return runLogged(program, args, { ...options, log: this.log });
  }
}

/** A step that cannot be done on this machine, with what a person can do about it. */
export class SetupError extends Verdict {
  name = "SetupError";
}
