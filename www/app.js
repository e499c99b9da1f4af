// The entry point of the page: selects the environment and passes it to the parts of the page.
import { connectAccountForm, typedAccount } from "./account.js";
import { connectCalls } from "./calls-view.js";
import { connectDoctor } from "./doctor-view.js";
import { byId } from "./dom.js";
import { findLocalAws } from "./local-aws.js";
import { showPass } from "./pass-view.js";
import { connectRooms } from "./rooms-view.js";
import { Session } from "./session.js";
import { keep, recall } from "./storage.js";
import { connectWhoForm } from "./who-view.js";

const session = new Session();
const parts = [session, connectWhoForm(session), connectCalls(session), connectRooms(session), connectDoctor(session)];
const use = (environment) => {
  for (const part of parts) part.useEnvironment(environment);
};
const choice = byId("environments");
const radios = (value) => choice.querySelector(`[value="${value}"]`);

showPass(session);
connectAccountForm(use);

const localAws = await findLocalAws();
if (!localAws) {
  radios("local").disabled = true;
  radios("local").parentElement.title = "Start it with: npm start";
}

const choose = (name) => {
  radios(name).checked = true;
  byId("account").hidden = name !== "account";
  use(name === "account" ? typedAccount() : localAws);
};
choice.addEventListener("change", ({ target }) => {
  keep({ environment: target.value });
  choose(target.value);
});
choose(localAws && recall().environment !== "account" ? "local" : "account");
