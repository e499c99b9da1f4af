// What goes over the sockets of a page, beside what its subscriptions are told: one is held against the other.

/**
 * Makes `watched` known to a page, to be run before anything else in it. Messages are numbers that grow, in the field
 * `text` of `noteAdded`; a subscription of the name `S7` is that of the record 7. `Math.random` follows a seed.
 */
export function watchSubscriptions(seed) {
  let state = seed;
  // Park and Miller's generator.
  Math.random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;

  /** Looks in a row, with 5 ms between them, that find nothing new: by then, what a timer has set off is over. */
  const QUIET = 3;
  /** The same, where the server owes an answer, which it may have been told not to give. */
  const PATIENT = 30;
  /** The same, where messages are on their way for sure. */
  const VERY_PATIENT = 400;
  const look = () => new Promise((resolve) => realSetTimeout(resolve, 5));

  const watched = { records: [], wrong: [], sockets: 0, delivered: 0, activity: 0 };
  globalThis.watched = watched;
  const open = new Set();
  let fetches = 0;
  const active = () => void (watched.activity += 1);
  const wrong = (what, ...more) => watched.wrong.push(`${what}: ${JSON.stringify(more)}`);

  const { fetch } = globalThis;
  globalThis.fetch = (...given) => {
    fetches += 1;
    active();
    return fetch(...given).finally(() => {
      fetches -= 1;
      active();
    });
  };

  globalThis.WebSocket = class extends WebSocket {
    /** Numbers of records by the ids that their subscriptions have on this socket. */
    #started = new Map();
    #unanswered = new Set();

    constructor(...given) {
      super(...given);
      watched.sockets += 1;
      open.add(this);
      active();
      this.addEventListener("open", active);
      this.addEventListener("message", ({ data }) => this.#received(data));
      this.addEventListener("close", () => {
        active();
        open.delete(this);
      });
    }

    get isWaiting() {
      return this.readyState === WebSocket.OPEN && this.#unanswered.size > 0;
    }

    send(text) {
      active();
      super.send(text);
      const { type, id, payload } = JSON.parse(text);
      if (type === "connection_init") this.#unanswered.add(type);
      if (type !== "start") return;
      this.#unanswered.add(id);
      const name = /subscription S(\d+) /.exec(JSON.parse(payload.data).query);
      if (name) this.#started.set(id, watched.records[name[1]]);
    }

    /** Comes to know a frame before the client does, whose listener was added later. */
    #received(text) {
      active();
      let frame;
      try {
        frame = JSON.parse(text);
      } catch {
        return;
      }
      const { type, id, payload } = frame ?? {};
      const record = this.#started.get(id);
      if (/^connection_/.test(type)) this.#unanswered.delete("connection_init");
      if (type === "start_ack" || type === "error") this.#unanswered.delete(id);
      // Without an id, it is about one of those that wait.
      if (type === "error" && id === undefined) this.#unanswered.clear();
      if (!record) return;
      if (type === "start_ack") record.spells += 1;
      if (type === "data") record.arrived.push(Number(payload.data.noteAdded.text));
    }
  };

  /** Whether something goes on that ends by itself: a request, or a socket that opens or closes. */
  const isBusy = () => fetches > 0 || [...open].some(({ readyState }) => readyState !== WebSocket.OPEN);

  /** Whether an answer of the server is outstanding, which may have been told not to give it. */
  const isWaiting = () => [...open].some(({ isWaiting }) => isWaiting);

  /** Waits, in real time, until something is so, or nothing has happened for as many looks as `patience` says. */
  async function settled(patience, isSo = () => false) {
    let before;
    for (let quiet = 0; quiet < patience() && !isSo(); await look()) {
      quiet = watched.activity === before && !isBusy() ? quiet + 1 : 0;
      before = watched.activity;
    }
  }

  /** Waits, in real time, until nothing more happens without time passing in the page. */
  watched.settle = () => settled(() => (isWaiting() ? PATIENT : QUIET));

  /** Waits until so many subscriptions had this number last, and says how many it were, if it does not come to that. */
  watched.hear = async (number, count) => {
    const heard = () => watched.records.filter(({ last }) => last === number).length;
    await settled(
      () => VERY_PATIENT,
      () => heard() === count,
    );
    return heard();
  };

  watched.openSockets = () => open.size;

  /** Follows a subscription under a number, and holds what it is told against what has arrived. */
  watched.follow = (number, subscribe) => {
    const record = { spells: 0, gaps: 0, isAfterGap: false, arrived: [], last: undefined };
    watched.records[number] = record;
    const onGap = ({ disconnections, overflowed, unreadable }) => {
      if (disconnections !== 1 || overflowed + unreadable > 0)
        wrong("a gap of", number, disconnections, overflowed, unreadable);
      record.gaps += 1;
      record.isAfterGap = true;
    };
    record.subscription = subscribe({ onGap });
    record.done = record.subscription.forEach(({ data }) => {
      const message = Number(data.noteAdded.text);
      const arrived = record.arrived.shift();
      if (message !== arrived) wrong("not what arrived, once and in order", number, { message, arrived });
      if (record.last !== undefined && message !== record.last + 1 && !record.isAfterGap) {
        wrong("a hole that nobody was told of", number, { message, last: record.last });
      }
      record.isAfterGap = false;
      record.last = message;
      watched.delivered += 1;
    });
    record.done.catch((error) => wrong("ended", number, String(error)));
  };
}
