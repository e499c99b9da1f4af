// A real account, described by what is typed into the form.
import { byId } from "./dom.js";
import { keep, recall } from "./storage.js";
import { passwordSignIn } from "./user-pool.js";

/** Fills the form with what is kept and calls `onChange` with an environment whenever it is submitted, or emptied. */
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
    said.textContent = "Forgotten.";
    onChange(undefined);
  });
}

/** The account that was typed in last, as an environment; undefined if there is none. */
export function typedAccount() {
  const { account } = recall();
  return account?.identityPoolId ? environment(account) : undefined;
}

const read = (form) =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));

function environment({ identityPoolId, restUrl, graphqlUrl, userPoolId, clientId }) {
  const canUsePassword = userPoolId && clientId;
  return {
    id: "account",
    facts: `Identity pool ${identityPoolId}`,
    // AWS's own hosts need no declaration.
    clientOptions: { identityPoolId },
    apis: { rest: restUrl?.replace(/\/+$/, ""), graphql: graphqlUrl },
    waysToSignIn: canUsePassword ? ["password", "token"] : ["token"],
    demoUsers: [],
    signIn: (username, password) => passwordSignIn({ url: userPoolUrl(userPoolId), clientId, username, password }),
  };
}

function userPoolUrl(userPoolId) {
  const region = userPoolId.slice(0, userPoolId.indexOf("_"));
  return `https://cognito-idp.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/`;
}
