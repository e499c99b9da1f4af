// Shows the rooms: joins and leaves them, lists what arrives, and says how their connections are.
import { byId, copyOf, element, slot, whileBusy, write } from "./dom.js";
import { contents, fieldViews } from "./fields.js";
import { log } from "./log.js";
import { outcomeOf } from "./outcome.js";
import { showStatus } from "./outcome-view.js";
import { rooms } from "./rooms.js";

/** The number of messages that a room shows. */
const most = 50;

/** The states of a connection, see `RealtimeDetail`. */
const states = {
  idle: { tone: "", status: "Not connected" },
  connecting: { tone: "denied", status: "Connecting" },
  connected: { tone: "good", status: "Connected" },
  waiting: { tone: "bad", status: "Connection lost, to be tried again" },
};

/** Connects the rooms to the session. `useEnvironment` shows those for which an environment has an address. */
export function connectRooms(session) {
  let shown = [];

  return {
    useEnvironment(environment) {
      for (const room of shown) room.leave();
      shown = rooms.filter(({ api }) => environment?.apis[api]).map((room) => roomView(session, environment, room));
      byId("rooms").replaceChildren(...shown.map(({ view }) => view));
      byId("live").hidden = shown.length === 0;
    },
  };
}

function roomView(session, environment, room) {
  const address = environment.apis[room.api];
  const view = copyOf("room-template");
  const [settings, form] = view.querySelectorAll("form");
  const state = slot(view, "state");
  const join = slot(view, "join");
  const messages = slot(view, "messages");
  view.id = `room-${room.id}`;
  slot(view, "text").ariaLabel = `Message: ${room.title}`;
  write(view, { title: room.title, address, about: room.about });
  slot(view, "fields").append(...fieldViews(view.id, room[environment.id]));
  form.hidden = !room.sendsIn.includes(environment.id);
  let subscription;

  const add = (text, className = "") => {
    messages.prepend(element("li", { className, textContent: text }));
    messages.children[most]?.remove();
  };

  const show = (subscribed) => {
    subscription = subscribed;
    join.textContent = subscription ? "Leave" : "Join";
    slot(view, "fields").inert = Boolean(subscription);
    // What is sent before the subscription is acknowledged does not arrive.
    form.inert = true;
    const enable = () => {
      if (subscription === subscribed) form.inert = false;
    };
    subscription?.ready().then(enable, () => {});
    if (!subscription) showStatus(state, states.idle);
  };

  const leave = () => {
    subscription?.unsubscribe();
    show(undefined);
  };

  /** Lists messages until the room is left, or the subscription fails. */
  const enter = async () => {
    const { client } = session;
    const showState = ({ detail }) => {
      if (detail.endpoint === address) showStatus(state, states[detail.state]);
    };
    client.addEventListener("realtime", showState);
    const onGap = () => add("Connected again. What was sent meanwhile is missing here.", "gap");
    const own = room.subscribe(client, address, contents(settings), { onGap });
    show(own);
    const outcome = await outcomeOf(async () => {
      for await (const message of own) add(room.textOf(message));
      return { tone: "good", status: "Left" };
    });
    client.removeEventListener("realtime", showState);
    if (subscription === own) show(undefined);
    log(room.title, session.pass?.who ?? "nobody", outcome, `#${view.id}`);
  };

  settings.addEventListener("submit", (event) => {
    event.preventDefault();
    if (subscription) leave();
    else enter();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form, async () => {
      const { text } = form.elements;
      const outcome = await session.withClient((client) =>
        outcomeOf(async () => {
          await room.send(client, address, contents(settings), text.value);
          return { tone: "good", status: "Sent" };
        }),
      );
      if (outcome.tone === "good") text.value = "";
      log(`${room.title}: message`, session.pass?.who ?? "nobody", outcome, `#${view.id}`);
    });
  });
  show(undefined);
  return { view, leave };
}
