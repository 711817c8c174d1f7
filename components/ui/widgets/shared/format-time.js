/**
 * Times in words.
 */

/**
 * @param {number} milliseconds
 * @returns {string} "12 s", "2 min 05 s"
 */
export function durationText(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/**
 * @param {number} milliseconds
 * @returns {string} "14 days left", "5 h left": what has begun counts whole
 */
export function leftText(milliseconds) {
  const hours = Math.max(0, Math.ceil(milliseconds / 3_600_000));
  return hours <= 48 ? `${hours} h left` : `${Math.ceil(hours / 24)} days left`;
}

const CLOCK_FORMAT = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
export const DAY_FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {Card} card
 * @returns {string} when it was asked for, and how long it took once it is over
 */
export function momentText(card) {
  if (!card.created_ms) return "";
  const made = new Date(card.created_ms);
  const today = made.toDateString() === new Date().toDateString();
  const words = [(today ? CLOCK_FORMAT : DAY_FORMAT).format(made)];
  if (card.finished_ms) words.push(durationText(card.finished_ms - (card.started_ms ?? card.created_ms)));
  return words.join(" · ");
}
