// Shows the credentials, without their secrets.
import { announce, byId, slot, write } from "./dom.js";

/** Updates the card when the session changes, and every second. */
export function showPass(session) {
  const card = byId("pass");
  const full = byId("pass-full");

  const render = () => {
    const { pass } = session;
    card.dataset.state = pass ? "full" : "empty";
    byId("pass-empty").hidden = Boolean(pass);
    full.hidden = !pass;
    if (!pass) return;
    const { who, role, accessKeyId, identityId } = pass;
    write(full, { who, role: role ?? "", accessKeyId, identityId });
    tick();
  };
  const tick = () => {
    if (!session.pass) return;
    const { begin, end } = session.pass;
    const left = Math.max(0, end - Date.now());
    slot(full, "bar").value = left / (end - begin);
    slot(full, "left").textContent = left > 0 ? `${asClock(left)} left` : "Expired. The next call refreshes them.";
  };

  byId("sign-out").addEventListener("click", () => {
    session.signOut();
    announce("Signed out");
    // The pressed button is hidden now, and would lose the focus.
    byId("who-form").querySelector("button").focus();
  });
  session.addEventListener("change", render);
  setInterval(tick, 1000);
  render();
}

function asClock(ms) {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, ...rest] = parts;
  const clock = rest.map((part) => String(part).padStart(2, "0")).join(":");
  return hours > 0 ? `${hours}:${clock}` : clock;
}
