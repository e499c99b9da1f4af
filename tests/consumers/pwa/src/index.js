globalThis.result = new Promise((resolve) => {
  navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
});
navigator.serviceWorker.startMessages();
const { active } = await navigator.serviceWorker.ready;
active.postMessage(globalThis.task);
