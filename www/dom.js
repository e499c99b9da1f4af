// The few DOM helpers that the page needs. Nothing here takes markup: what AWS or a person says is always text.

/** The element of that id. */
export const byId = (id) => document.getElementById(id);

/** A new element with its properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A copy of what the `<template>` of that id holds, which is one element. */
export const copyOf = (templateId) => byId(templateId).content.firstElementChild.cloneNode(true);

/** The part of `root` that is marked with that `data-slot`. */
export const slot = (root, name) => root.querySelector(`[data-slot="${name}"]`);

/** Writes texts into the slots of `root`: slot name → text. */
export function write(root, texts) {
  for (const [name, text] of Object.entries(texts)) slot(root, name).textContent = text;
}

/** Tells screen readers what just happened; the page shows it elsewhere. */
export function announce(text) {
  byId("announcement").textContent = text;
}

/**
 * Does `work` while `part` is marked as busy, and nothing if it is busy already. It is not disabled for that: whoever
 * got there by keyboard would lose their place.
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
