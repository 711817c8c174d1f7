/**
 * Tells a person that pictures are done while no tab of the studio is looked at.
 */

import { playChime } from "./chime.js";
import { claim, endedBetween, noticeText, readChoice, readLedger, waitForMore } from "./notice-rules.js";
import { subscribe } from "../image_grid/live-updates.js";
import { showUnread, unreadIds } from "../image_grid/title-badge.js";
import { load, save } from "../shared/storage.js";
import { appUrl } from "../shared/urls.js";

/** @import { Choice, Endings, Permission } from "./notice-rules.js" */

const CHOICE_KEY = "kx-notices";
const LEDGER_KEY = "kx-notices-told";
const LOOKING = "kx-looking"; // a lock that every tab holds while it is visible
const TELLING = "kx-telling"; // and one for the tab that is about to tell

/** @returns {Choice} */
export function choice() {
  return readChoice(load(CHOICE_KEY));
}

/** @param {Choice} chosen */
export function choose(chosen) {
  save(CHOICE_KEY, JSON.stringify(chosen));
}

/** @returns {Permission} */
export function permission() {
  if (!window.isSecureContext) return "insecure";
  return "Notification" in window ? Notification.permission : "unsupported";
}

/**
 * Ask for the permission, and show a first notification, as some browsers allow none of a page.
 * @returns {Promise<Permission>}
 */
export async function allowNotifications() {
  const before = permission();
  if (before !== "default") return before === "granted" && !notify("Notifications look like this") ? "unsupported" : before;
  const answer = await Notification.requestPermission();
  return answer === "granted" && !notify("Notifications look like this") ? "unsupported" : answer;
}

/**
 * @param {string} text
 * @returns {boolean} whether the browser can; Chrome on Android cannot
 */
function notify(text) {
  try {
    // One at a time: the next one takes its place.
    const shown = new Notification(text, { body: "Kontext Studio", tag: "kontext-studio", icon: appUrl("app/static/icon.png") ?? "" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export class Notices {
  #url = "";
  #pushUrl = "";
  /** @type {Endings | null} What was known when it was last asked; null while the tab is looked at. */
  #known = null;
  /** @type {Endings} What is to be told. */
  #waiting = {};
  #firstAt = 0;
  #isAsking = false;
  #mustAsk = false;
  /** @type {number | undefined} */
  #timer;
  #stopLooking = () => {};
  #unsubscribe = () => {};
  #listening = new AbortController();

  constructor() {
    const { signal } = this.#listening;
    document.addEventListener("visibilitychange", () => this.#onVisibility(), { signal });
  }

  /**
   * @param {{push_url: string, endings_url: string}} urls relative to the page
   */
  configure({ push_url: pushUrl, endings_url: endingsUrl }) {
    if (this.#pushUrl === pushUrl) return;
    this.#pushUrl = pushUrl;
    this.#url = appUrl(endingsUrl) ?? "";
    this.#unsubscribe();
    this.#unsubscribe = subscribe(pushUrl, () => document.hidden && this.#ask());
    this.#onVisibility();
  }

  #onVisibility() {
    this.#stopLooking();
    if (document.hidden) {
      this.#ask();
      return;
    }
    clearTimeout(this.#timer);
    this.#known = null;
    this.#waiting = {};
    save(LEDGER_KEY, JSON.stringify({ ...readLedger(load(LEDGER_KEY)), unseen: {} }));
    this.#stopLooking = holdWhileVisible();
  }

  /** One request at a time; a change meanwhile asks again. */
  async #ask() {
    this.#mustAsk = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#mustAsk) {
      this.#mustAsk = false;
      // A server that restarts announces a change when it is back.
      const response = await fetch(this.#url).catch(() => null);
      if (response?.ok) this.#compare(await response.json());
    }
    this.#isAsking = false;
  }

  /** @param {Endings} after */
  #compare(after) {
    if (!document.hidden) return;
    const ended = this.#known ? endedBetween(this.#known, after) : {};
    this.#known = after;
    if (!Object.keys(ended).length) return;
    for (const [id, ending] of Object.entries(ended)) if (ending === "done") unreadIds.add(id);
    showUnread();
    const now = Date.now();
    if (!Object.keys(this.#waiting).length) this.#firstAt = now;
    Object.assign(this.#waiting, ended);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), waitForMore(this.#firstAt, now));
  }

  async #tell() {
    const waiting = this.#waiting;
    this.#waiting = {};
    const { sound, desktop } = choice();
    if (!sound && !desktop) return;
    const unseen = await claimForThisTab(waiting);
    if (!unseen || !document.hidden) return;
    if (desktop && permission() === "granted") notify(noticeText(unseen));
    if (sound) await playChime();
  }

  destroy() {
    this.#listening.abort();
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#stopLooking();
  }
}

/** @returns {() => void} ends it */
function holdWhileVisible() {
  if (!navigator.locks) return () => {}; // over http each tab knows of itself alone
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  navigator.locks.request(LOOKING, { mode: "shared" }, () => held);
  return release;
}

/**
 * @param {Endings} endings
 * @returns {Promise<Endings | null>} what nobody has seen, or null where another tab tells or shows it
 */
async function claimForThisTab(endings) {
  const take = () => {
    const claimed = claim(readLedger(load(LEDGER_KEY)), endings);
    if (claimed) save(LEDGER_KEY, JSON.stringify(claimed));
    return claimed?.unseen ?? null;
  };
  if (!navigator.locks) return take();
  const { held = [] } = await navigator.locks.query();
  if (held.some(({ name }) => name === LOOKING)) return null;
  return navigator.locks.request(TELLING, take);
}
