/**
 * What a key does to the divider. Pure.
 */

const STEPS = new Map([
  ["ArrowLeft", -0.02],
  ["ArrowDown", -0.02],
  ["ArrowRight", 0.02],
  ["ArrowUp", 0.02],
  ["PageDown", -0.1],
  ["PageUp", 0.1],
]);

/**
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @param {number} share where the divider is, 0 to 1
 * @returns {number | undefined} where it goes; undefined for another key
 */
export function shareForKey({ key, shiftKey, ctrlKey, altKey, metaKey }, share) {
  if (ctrlKey || altKey || metaKey) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return 1;
  const step = STEPS.get(key);
  if (step === undefined) return undefined;
  return Math.min(1, Math.max(0, share + step * (shiftKey ? 5 : 1)));
}
