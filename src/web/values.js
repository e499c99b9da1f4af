// @ts-check
/** Several values in one text. */
export const values = (/** @type {unknown[]} */ ...values) =>
  values.map((value) => String(value ?? "").replaceAll("\0", "")).join("\0");
