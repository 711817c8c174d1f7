/**
 * One WebSocket for all sheets of a page, which says that cards may have changed.
 */

import { whenIdle } from "../../streamlit_internals/script-idle.js";
import { appUrl } from "../shared/urls.js";

const PUSH_PAUSE_MS = 150; // the least time between two announcements: bursts become one rerun
const PUSH_STAGGER_MS = 20;
const PUSH_FIRST_RETRY_MS = 500;
const PUSH_LAST_RETRY_MS = 15_000;
const POLL_FALLBACK_MS = 15_000; // the push tells at once; this is the net below it, while something runs
const PUSH_LINGER_MS = 1_000; // a change of page closes the last sheet just before the next opens

/** A socket that comes back by itself and tells its listeners the newest version. */
class ReconnectingSocket {
  /** @param {string} url absolute, ws or wss */
  constructor(url) {
    this.url = url;
    /** @type {Set<(version: number) => void>} */
    this.listeners = new Set();
    this.version = 0;
    this.failures = 0;
    this.wasOpen = false;
    this.lastTold = 0;
    this.telling = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => {
      this.failures = 0;
      if (this.wasOpen) this.tell(); // what was said while nobody listened is gone
      this.wasOpen = true;
    };
    this.socket.onmessage = ({ data }) => {
      const version = readVersion(data);
      if (version === null) return;
      this.version = version;
      this.tell();
    };
    this.socket.onclose = () => {
      const backoff = Math.min(PUSH_LAST_RETRY_MS, PUSH_FIRST_RETRY_MS * 2 ** this.failures);
      this.failures += 1;
      this.retrying = setTimeout(() => this.open(), backoff * (0.5 + Math.random()));
    };
  }

  tell() {
    if (this.telling) return;
    const wait = Math.max(0, this.lastTold + PUSH_PAUSE_MS - Date.now());
    this.telling = setTimeout(() => {
      this.telling = 0;
      this.lastTold = Date.now();
      this.tellNext([...this.listeners]);
    }, wait);
  }

  /** One after the other: Streamlit reruns only one fragment for triggers of the same moment. */
  tellNext([listener, ...others]) {
    if (!listener) return;
    if (this.listeners.has(listener)) listener(this.version);
    setTimeout(() => this.tellNext(others), PUSH_STAGGER_MS);
  }

  close() {
    clearTimeout(this.retrying);
    clearTimeout(this.telling);
    this.socket.onclose = null;
    this.socket.close();
  }
}

/**
 * @param {unknown} data a message as it came
 * @returns {number | null}
 */
function readVersion(data) {
  try {
    const { version } = JSON.parse(String(data));
    return typeof version === "number" ? version : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** What one sheet hears. A push that waits beside a click could take its place in Streamlit's queue. */
export class UpdateSubscription {
  /**
   * @param {{isBusy: () => boolean, isWaiting: () => boolean, tell: (version: number) => void}} sheet
   *   is busy while a click is on its way, and is waiting for a picture
   */
  constructor({ isBusy, isWaiting, tell }) {
    Object.assign(this, { isBusy, tell });
    this.cancel = () => {};
    this.net = setInterval(() => isWaiting() && !document.hidden && this.hear(0), POLL_FALLBACK_MS);
  }

  /** @param {string | undefined} address of the WebSocket, relative to the app's root */
  listen(address) {
    if (this.address === address) return;
    this.end?.();
    this.address = address;
    this.end = address ? listenForPush(address, (version) => this.hear(version)) : null;
  }

  hear(version) {
    this.cancel();
    this.cancel = whenIdle(() => this.tell(version), () => !this.isBusy());
  }

  stop() {
    clearInterval(this.net);
    this.cancel();
    this.end?.();
  }
}

/**
 * @param {string} address of the WebSocket, relative to the app's root
 * @param {(version: number) => void} listener
 * @returns {() => void} stops listening
 */
function listenForPush(address, listener) {
  const url = appUrl(address)?.replace(/^http/, "ws");
  if (!url) return () => {};
  /** @type {Map<string, ReconnectingSocket>} On the window: an edit of these scripts makes a new module. */
  const channels = (window.__kxPush ??= new Map());
  if (!channels.has(url)) channels.set(url, new ReconnectingSocket(url));
  const channel = channels.get(url);
  channel.listeners.add(listener);
  return () => {
    channel.listeners.delete(listener);
    setTimeout(() => {
      if (channel.listeners.size || channels.get(url) !== channel) return;
      channels.delete(url);
      channel.close();
    }, PUSH_LINGER_MS);
  };
}
