/**
 * What the keys of the step strip ask for. Touches no document.
 */

/** @typedef {{id: string, role: string, is_source: boolean}} Step */

/** @type {readonly (readonly [string, string])[]} Keys and what they do, for the list. */
export const STEP_SHORTCUTS = [
  ["[ ]", "Step before and after"],
  ["E", "Edit this"],
];

/**
 * @param {string} key
 * @param {Step[]} steps from the first picture on
 * @returns {{verb: "show" | "edit", id: string} | null} null where the key means nothing
 */
export function stepForKey(key, steps) {
  const index = steps.findIndex(({ role }) => role === "after");
  const shown = steps[index];
  if (!shown) return null;
  if (key.toLowerCase() === "e") return shown.is_source ? null : { verb: "edit", id: shown.id };
  const by = key === "[" ? -1 : key === "]" ? 1 : 0;
  const step = by ? steps[index + by] : undefined;
  return step ? { verb: "show", id: step.id } : null;
}
