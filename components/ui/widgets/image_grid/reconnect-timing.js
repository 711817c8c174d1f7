/**
 * The timing and messages of the update socket. Touches no document.
 */

const MIN_PAUSE_MS = 150; // between two notifications: a burst becomes one rerun
const RECENT_MS = 15_000; // longer than a busy server draws a page
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/**
 * @param {number} failures so far, in a row
 * @param {number} random 0 to 1, spreads the clients of a restarted server
 * @returns {number} milliseconds until the next connection: doubling, half to one and a half times
 */
export function reconnectDelay(failures, random) {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.5 + random);
}

/**
 * @param {number} lastNotified epoch milliseconds
 * @param {number} now epoch milliseconds
 * @returns {number} milliseconds until listeners may be notified again
 */
export function remainingPause(lastNotified, now) {
  return Math.max(0, lastNotified + MIN_PAUSE_MS - now);
}

/**
 * Whether a grid that is drawn now may show what was before the last announcement: a page is drawn
 * some time before its grid listens, and the last grid no longer updates.
 * @param {number | undefined} lastAnnounced epoch milliseconds; undefined by an older script
 * @param {number} now epoch milliseconds
 */
export function mayHaveMissed(lastAnnounced, now) {
  return lastAnnounced !== undefined && now - lastAnnounced < RECENT_MS;
}

/**
 * @param {unknown} message such as '{"version": 3}'
 * @returns {number | null} null for any other message
 */
export function parseVersion(message) {
  try {
    const parsed = JSON.parse(String(message));
    return typeof parsed?.version === "number" ? parsed.version : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
