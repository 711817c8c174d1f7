/**
 * What a hidden tab tells its user, and when. Touches no document.
 */

/** @typedef {"" | "done" | "failed" | "asks" | "stopped"} Ending empty while a task goes on */
/** @typedef {Record<string, Ending>} Endings by the id of the task */

const QUIET_MS = 1_500; // after this without another one, those that ended are told together
const LONGEST_WAIT_MS = 6_000;
const MAX_REMEMBERED = 200;

/**
 * @param {Endings} before
 * @param {Endings} after
 * @returns {Endings} of the tasks that ended meanwhile, but for those that the user stopped
 */
export function endedBetween(before, after) {
  const ended = Object.entries(after).filter(([id, ending]) => ending && ending !== "stopped" && !before[id]);
  return Object.fromEntries(ended);
}

/**
 * @param {number} firstAt milliseconds, of the first ending that is not told yet
 * @param {number} now milliseconds, of the newest one
 * @returns {number} milliseconds to wait for others, so that several become one
 */
export function waitForMore(firstAt, now) {
  return Math.max(0, Math.min(QUIET_MS, firstAt + LONGEST_WAIT_MS - now));
}

/**
 * @param {Endings} endings
 * @returns {string} such as "4 pictures are ready, 1 was not made"; empty for none
 */
export function noticeText(endings) {
  const values = Object.values(endings);
  const [done, failed, asks] = /** @type {const} */ (["done", "failed", "asks"]).map(
    (kind) => values.filter((ending) => ending === kind).length,
  );
  const parts = [
    done && (done === 1 ? "is ready" : "are ready"),
    failed && (failed === 1 ? "was not made" : "were not made"),
    asks && (asks === 1 ? "needs you" : "need you"),
  ];
  const counts = [done, failed, asks];
  const told = parts.flatMap((words, index) => (words ? [{ count: counts[index] ?? 0, words }] : []));
  return told
    .map(({ count, words }, index) => {
      const noun = index ? "" : count === 1 ? " picture" : " pictures";
      return `${count}${noun} ${words}`;
    })
    .join(", ");
}

/**
 * What the tabs of a browser tell each other: the ids that were told, so that one tab tells each, and
 * what nobody has looked at since, as one notification at a time says all of it.
 * @typedef {{told: string[], unseen: Endings}} Ledger
 */

/**
 * @param {string | null} stored
 * @returns {Ledger} empty after damage
 */
export function readLedger(stored) {
  const parsed = parse(stored);
  const told = Array.isArray(parsed?.told) ? parsed.told : [];
  const unseen = typeof parsed?.unseen === "object" ? parsed.unseen : {};
  return { told: told.filter((/** @type {unknown} */ id) => typeof id === "string"), unseen: { ...unseen } };
}

/**
 * @param {Ledger} ledger
 * @param {Endings} endings
 * @returns {Ledger | null} null where another tab has told them all
 */
export function claim({ told, unseen }, endings) {
  const untold = Object.entries(endings).filter(([id]) => !told.includes(id));
  if (!untold.length) return null;
  return {
    told: [...told, ...untold.map(([id]) => id)].slice(-MAX_REMEMBERED),
    unseen: { ...unseen, ...Object.fromEntries(untold) },
  };
}

/** @typedef {{sound: boolean, desktop: boolean}} Choice how a person is told; nothing by default */

/**
 * @param {string | null} stored
 * @returns {Choice}
 */
export function readChoice(stored) {
  const parsed = parse(stored);
  return { sound: parsed?.sound === true, desktop: parsed?.desktop === true };
}

/**
 * @param {string | null} stored
 * @returns {any} null for what is no JSON
 */
function parse(stored) {
  try {
    return JSON.parse(stored ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @typedef {"granted" | "denied" | "default" | "unsupported" | "insecure"} Permission */

/**
 * @param {Permission} permission
 * @returns {string} why there are no notifications, empty where there are
 */
export function permissionText(permission) {
  switch (permission) {
    case "granted":
      return "";
    case "denied":
      return "The browser blocks notifications of this site. Allow them in its settings for the site, then switch on again.";
    case "default":
      return "The browser was not told to allow them: switch on again, and choose “Allow”.";
    case "insecure":
      return "Browsers show notifications of https addresses alone.";
    case "unsupported":
      return "This browser shows no notifications of a page.";
  }
}
