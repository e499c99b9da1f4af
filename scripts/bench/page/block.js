// How long a page stands still: a task is posted again and again, and the longest pause between two is taken.

/** The longest pause in milliseconds while `work` runs, and the few tasks before and after it. */
export async function longestPause(work) {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let longest = 0;
  let going = true;
  const ended = new Promise((resolve) => {
    port1.onmessage = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (going) port2.postMessage(0);
      else resolve();
    };
  });
  port2.postMessage(0);
  await tasks(3);
  last = performance.now();
  longest = 0;
  await work();
  await tasks(1);
  going = false;
  await ended;
  port1.close();
  return longest;
}

/** Lets some turns of the event loop pass. */
async function tasks(count) {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setTimeout(resolve));
}
