// @ts-check
// The option that asks for credentials by way of STS.
import { text } from "./check.js";
import { fieldError } from "./error.js";

/** @import { ClientOptions } from "./api.js" */

/**
 * Checks `classicFlow` and gives it as the handle takes it.
 *
 * @param {ClientOptions} options
 */
export function checkFlow({ classicFlow }) {
  if (classicFlow === undefined) return;
  if (!classicFlow || typeof classicFlow !== "object")
    throw fieldError("INVALID_OPTION", "options.classicFlow", "must be an object");
  const { roleArn, roleSessionName, durationSeconds, policy } = classicFlow;
  text(roleArn, "options.classicFlow.roleArn");
  if (roleSessionName !== undefined) text(roleSessionName, "options.classicFlow.roleSessionName");
  let json = policy;
  try {
    if (policy && typeof policy === "object") json = JSON.stringify(policy);
  } catch (cause) {
    throw fieldError("INVALID_OPTION", "options.classicFlow.policy", "cannot be written as JSON", cause);
  }
  if (json !== undefined) text(json, "options.classicFlow.policy");
  return [roleArn, roleSessionName, durationSeconds, json];
}
