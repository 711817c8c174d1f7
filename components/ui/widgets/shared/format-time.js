/**
 * Times and durations as text.
 */

/**
 * @param {number} milliseconds
 * @returns {string} "12 s", "2 min 05 s", "1 h 3 min"
 */
export function formatDuration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/**
 * @param {number} milliseconds
 * @returns {string} "14 days left", "5 h left"; a part of an hour or day counts whole
 */
export function formatTimeLeft(milliseconds) {
  const hours = Math.max(0, Math.ceil(milliseconds / 3_600_000));
  return hours <= 48 ? `${hours} h left` : `${Math.ceil(hours / 24)} days left`;
}

const TIME_FORMAT = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DATE_TIME_FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {number} ms epoch milliseconds
 * @returns {string} date and time
 */
export function formatDateTime(ms) {
  return DATE_TIME_FORMAT.format(ms);
}

/**
 * When a task was created, and how long it took once it has ended.
 * @param {{created_ms?: number, started_ms?: number, finished_ms?: number}} task epoch milliseconds
 * @param {Date} [now]
 * @returns {string} "14:05 · 12 s", with the date for another day
 */
export function formatTaskTime({ created_ms, started_ms, finished_ms }, now = new Date()) {
  if (!created_ms) return "";
  const created = new Date(created_ms);
  const isToday = created.toDateString() === now.toDateString();
  const parts = [(isToday ? TIME_FORMAT : DATE_TIME_FORMAT).format(created)];
  if (finished_ms) parts.push(formatDuration(finished_ms - (started_ms ?? created_ms)));
  return parts.join(" · ");
}
