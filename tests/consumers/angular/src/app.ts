import { Component, inject, PendingTasks, REQUEST, signal } from "@angular/core";
import { call } from "./call.js";
import { createClient } from "./entry.js";

/** A client whose events somebody listens to. */
function createHeardClient(options) {
  const aws = createClient(options);
  for (const type of ["credentials", "identitychange", "clock", "request"]) aws.addEventListener(type, () => {});
  return aws;
}

/** Makes the call where it is told to: on the server, which waits for it before it answers, or in the browser. */
@Component({ selector: "app-root", template: "<pre>{{ result() }}</pre>" })
export class App {
  readonly result = signal("");

  constructor() {
    const asked = inject(REQUEST, { optional: true })?.headers.get("x-task");
    if (asked) inject(PendingTasks).run(() => this.call(JSON.parse(asked)));
    const page = globalThis as any;
    if (page.task) page.result = this.call(page.task);
  }

  private async call(task) {
    const result = await call(createHeardClient, task);
    this.result.set(JSON.stringify(result));
    return result;
  }
}
