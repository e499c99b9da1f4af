// The form that selects the identity of the page.
import { byId, element, whileBusy } from "./dom.js";
import { log } from "./log.js";
import { outcomeOf } from "./outcome.js";
import { showOutcome } from "./outcome-view.js";

/** Connects the form to the session. `useEnvironment` shows the ways to sign in that an environment supports. */
export function connectWhoForm(session) {
  const form = byId("who-form");
  const problem = byId("who-problem");
  let environment;

  const showFields = () => {
    const way = form.elements.who.value;
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = part.dataset.for !== way;
      // A hidden required field would prevent the form from being submitted.
      part.disabled = part.hidden;
    }
  };

  const ways = {
    guest: () => session.beGuest(),
    demo: async () => session.signIn(await environment.signIn(byId("demo-user").value)),
    password: async () => session.signIn(await environment.signIn(byId("username").value, byId("password").value)),
    token: () => session.signIn(byId("id-token").value.trim()),
  };

  const getCredentials = async () => {
    const outcome = await outcomeOf(async () => {
      await ways[form.elements.who.value]();
      return { tone: "good", status: "Credentials" };
    });
    byId("password").value = "";
    byId("id-token").value = "";
    if (outcome.tone === "good") problem.replaceChildren();
    else showOutcome(problem, outcome, "", (what) => session.client.explain(what, { probe: true }));
    log("Get credentials", session.pass?.who ?? "nobody", outcome, "#who");
  };
  form.addEventListener("change", showFields);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form, getCredentials);
  });

  return {
    useEnvironment(wanted) {
      environment = wanted;
      problem.replaceChildren();
      form.inert = !environment;
      byId("environment-facts").textContent = environment?.facts ?? "Enter your account first.";
      for (const label of form.querySelectorAll("[data-way]")) {
        label.hidden = !environment?.waysToSignIn.includes(label.dataset.way);
      }
      byId("demo-user").replaceChildren(...(environment?.demoUsers ?? []).map(demoUser));
      form.elements.who.value = "guest";
      showFields();
    },
  };
}

function demoUser({ username, roles }) {
  const [preferred] = roles;
  const textContent = preferred ? `${username}, whose token claims the role ${preferred.split("/").pop()}` : username;
  return element("option", { value: username, textContent });
}
