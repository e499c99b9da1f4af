// DOM helpers. None of them takes markup: everything that AWS returns or a person types is inserted as text.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element with its properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A copy of the one element inside the `<template>` with this id. */
export const copyOf = (templateId) => byId(templateId).content.firstElementChild.cloneNode(true);

/** The element inside `root` with this `data-slot`. */
export const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

/** Writes texts into the slots of `root`: name of the slot → text. */
export function write(root, texts) {
  for (const [name, text] of Object.entries(texts)) slot(root, name).textContent = text;
}

/** Announces an event to screen readers. The page also shows it elsewhere. */
export function announce(text) {
  byId("announcement").textContent = text;
}

/**
 * Runs `work` while `part` is marked as busy; does nothing if `part` is busy already. `part` is not disabled meanwhile,
 * because a disabled element loses the keyboard focus.
 */
export async function whileBusy(part, work) {
  if (part.ariaBusy === "true") return;
  part.ariaBusy = "true";
  try {
    await work();
  } finally {
    part.ariaBusy = "false";
  }
}
