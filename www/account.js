// A real AWS account, as described in the form.
import { byId } from "./dom.js";
import { keep, recall } from "./storage.js";
import { passwordSignIn } from "./user-pool.js";

/**
 * Fills the form with the stored values. Calls `onChange` with an environment when it is submitted, and with undefined
 * when it is cleared.
 */
export function connectAccountForm(onChange) {
  const form = byId("account-form");
  const said = byId("account-said");

  for (const [name, value] of Object.entries(recall().account ?? {})) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep({ account: read(form) });
    said.textContent = "In use.";
    onChange(typedAccount());
  });
  form.addEventListener("input", () => (said.textContent = ""));
  byId("forget").addEventListener("click", () => {
    form.reset();
    keep({ account: undefined, requests: undefined });
    said.textContent = "Deleted.";
    onChange(undefined);
  });
}

/** The environment of the stored account; undefined if there is none. */
export function typedAccount() {
  const { account } = recall();
  return account?.identityPoolId ? environment(account) : undefined;
}

const read = (form) =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));

function environment({ identityPoolId, restUrl, graphqlUrl, eventsUrl, userPoolId, clientId }) {
  const canUsePassword = userPoolId && clientId;
  return {
    id: "account",
    facts: `Identity pool ${identityPoolId}`,
    // AWS's own hosts need not be declared.
    clientOptions: { identityPoolId },
    apis: { rest: restUrl?.replace(/\/+$/, ""), graphql: graphqlUrl, events: eventsUrl },
    waysToSignIn: canUsePassword ? ["password", "token"] : ["token"],
    demoUsers: [],
    signIn: (username, password) => passwordSignIn({ url: userPoolUrl(userPoolId), clientId, username, password }),
  };
}

function userPoolUrl(userPoolId) {
  const region = userPoolId.slice(0, userPoolId.indexOf("_"));
  return `https://cognito-idp.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`;
}
