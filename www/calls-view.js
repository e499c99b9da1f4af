// Shows the calls as forms, sends them and shows their outcomes.
import { byId, copyOf, slot, whileBusy, write } from "./dom.js";
import { contents, fieldViews } from "./fields.js";
import { log } from "./log.js";
import { showOutcome } from "./outcome-view.js";
import { groups } from "./requests.js";
import { requestLine, send } from "./send.js";
import { keep, recall } from "./storage.js";

const mayLabels = { everyone: "For LocalGuest and LocalUser", users: "For LocalUser", nobody: "For no role" };

/** Connects the calls to the session. `useEnvironment` shows the calls for which an environment has an address. */
export function connectCalls(session) {
  const button = byId("send-all");
  let shown = [];

  button.addEventListener("click", () =>
    whileBusy(button, async () => {
      for (const { form, sendIt } of shown) {
        // In sequence, so that the log is in the order of the calls.
        if (form.checkValidity()) await sendIt();
      }
    }),
  );

  return {
    useEnvironment(environment) {
      shown = [];
      button.disabled = !environment;
      byId("groups").replaceChildren(
        ...(environment ? groups : []).map((group) => {
          const calls = callsOf(session, environment, group);
          shown.push(...calls);
          return groupView(group, environment, calls);
        }),
      );
    },
  };
}

function groupView({ title, address, api }, environment, calls) {
  const shown = copyOf("group-template");
  write(shown, { title, address: address ?? environment.apis[api] ?? "No address is configured." });
  slot(shown, "calls").append(...calls.map((call) => call.view));
  return shown;
}

/** The views of those calls of a group for which the environment has an address and contents. */
function callsOf(session, environment, group) {
  const addressOf = (call) => environment.apis[call.api ?? group.api];
  return group.calls
    .filter((call) => environment.id in call && (call.kind === "whoami" || addressOf(call)))
    .map((call) => callView(session, environment, call, addressOf(call)));
}

function callView(session, environment, call, address) {
  const view = copyOf("call-template");
  const form = view.querySelector("form");
  view.id = `call-${call.id}`;
  const { may, about = call.about, fields } = call[environment.id];
  write(view, { method: call.method, title: call.title, about, what: `: ${call.title}` });
  slot(view, "method").dataset.method = call.method;
  // The permissions of the roles of a real account are unknown.
  if (may) showWhoMay(slot(view, "may"), may);
  slot(view, "fields").append(...fieldViews(call.id, { ...fields, ...keptFields(environment, call) }));

  const sendIt = () =>
    whileBusy(form, async () => {
      const current = contents(form);
      const { client } = session;
      const outcome = await session.withClient(() => send(client, call, address, current));
      const explain = (what) => client.explain(what, { probe: true });
      showOutcome(slot(view, "outcome"), outcome, requestLine(call, address, current), explain);
      log(call.title, session.pass?.who ?? "nobody", outcome, `#${view.id}`);
    });
  form.addEventListener("change", () => keepFields(environment, call, form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendIt();
  });
  return { view, form, sendIt };
}

function showWhoMay(badge, may) {
  badge.textContent = mayLabels[may];
  badge.dataset.may = may;
}

/**
 * The stored fields of a call. Only those of a real account are stored: the local AWS loses its state at each start.
 */
const keptFields = ({ id }, call) => (id === "account" ? recall().requests?.[call.id] : undefined);

function keepFields({ id }, call, form) {
  if (id !== "account") return;
  keep({ requests: { ...recall().requests, [call.id]: contents(form) } });
}
