// The doctor: the way from the options to an answer, step by step.
import { announce, byId, copyOf, element, slot, whileBusy, write } from "./dom.js";
import { inMs, showStatus } from "./outcome-view.js";
import { causeView } from "./why-view.js";

/** What is asked for below the address of an API, if not the address itself. */
const paths = { rest: "/items", restWithoutCors: "/secret" };

const tones = { passed: "good", failed: "bad", skipped: "", unclear: "denied" };

/** Connects the form to the session. `useEnvironment` offers the addresses of an environment. */
export function connectDoctor(session) {
  const form = byId("doctor-form");
  const steps = byId("doctor-steps");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form, async () => {
      steps.replaceChildren();
      let failed = "";
      await session.withClient(async (client) => {
        for await (const step of client.doctor(form.elements.url.value)) {
          steps.append(stepView(step));
          if (step.result === "failed") failed ||= step.step;
        }
        return {};
      });
      announce(failed ? `Doctor: ${failed} failed` : "Doctor: all steps passed");
    });
  });

  return {
    useEnvironment(environment) {
      // The doctor asks by GET or a query, which Events takes neither of.
      const addresses = Object.entries(environment?.apis ?? {}).filter(([api, url]) => url && api !== "events");
      form.elements.url.replaceChildren(
        ...addresses.map(([api, url]) => {
          // Nobody but the owner of a real account knows its paths.
          const value = url + ((environment.id === "local" && paths[api]) || "");
          return element("option", { value, textContent: value });
        }),
      );
      steps.replaceChildren();
      byId("doctor").hidden = addresses.length === 0;
    },
  };
}

function stepView({ step, result, value, ms, explanation }) {
  const view = copyOf("step-template");
  write(view, { step, value, duration: result === "skipped" ? "" : inMs(ms) });
  showStatus(slot(view, "result"), { tone: tones[result], status: result });
  slot(view, "causes").append(...(explanation?.causes ?? []).slice(0, 1).map(causeView));
  return view;
}
