/**
 * One WebSocket for all grids of a page, which announces that cards may have changed.
 */

import { isDialogOpen } from "../../streamlit_internals/dialog-focus.js";
import { TRIGGER_GAP_MS, whenIdle } from "../../streamlit_internals/script-idle.js";
import { appUrl } from "../shared/urls.js";
import { mayHaveMissed, parseVersion, reconnectDelay, remainingPause } from "./reconnect-timing.js";

/** @typedef {(version: number) => void} Listener */

/** The socket announces at once; this finds what it missed, while something runs. */
const POLL_FALLBACK_MS = 15_000;
/** A page change unsubscribes the last grid just before the next one subscribes. */
const CLOSE_DELAY_MS = 1_000;

/** A socket that reconnects by itself and tells its listeners the newest version. */
export class ReconnectingSocket {
  /** @type {Set<Listener>} */
  listeners = new Set();
  /** Epoch milliseconds. */
  lastAnnounced = -Infinity;
  #url;
  #version = 0;
  #failures = 0;
  #wasOpen = false;
  #lastNotified = 0;
  /** @type {number | undefined} */
  #notifying;
  /** @type {number | undefined} */
  #reconnecting;
  /** @type {WebSocket | null} */
  #socket = null;

  /** @param {string} url absolute, ws or wss */
  constructor(url) {
    this.#url = url;
    this.#open();
  }

  #open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      if (this.#wasOpen) this.#notify(); // what was announced meanwhile is lost
      this.#wasOpen = true;
    };
    socket.onmessage = ({ data }) => {
      const version = parseVersion(data);
      if (version === null) return;
      this.#version = version;
      this.lastAnnounced = Date.now();
      this.#notify();
    };
    socket.onclose = () => {
      const delay = reconnectDelay(this.#failures, Math.random());
      this.#failures += 1;
      this.#reconnecting = setTimeout(() => this.#open(), delay);
    };
  }

  #notify() {
    if (this.#notifying !== undefined) return;
    this.#notifying = setTimeout(
      () => {
        this.#notifying = undefined;
        this.#lastNotified = Date.now();
        this.#notifyNext([...this.listeners]);
      },
      remainingPause(this.#lastNotified, Date.now()),
    );
  }

  /**
   * One listener after the other, with the gap that Streamlit needs between triggers.
   * @param {Listener[]} listeners
   */
  #notifyNext([listener, ...others]) {
    if (!listener) return;
    if (this.listeners.has(listener)) listener(this.#version);
    setTimeout(() => this.#notifyNext(others), TRIGGER_GAP_MS);
  }

  close() {
    clearTimeout(this.#reconnecting);
    clearTimeout(this.#notifying);
    if (!this.#socket) return;
    this.#socket.onclose = null;
    this.#socket.close();
  }
}

/** The updates of one grid. */
export class UpdateSubscription {
  #options;
  #fallback;
  /** @type {string | undefined} */
  #url;
  #unsubscribe = () => {};
  #cancel = () => {};

  /**
   * @param {object} options
   * @param {() => boolean} options.isBusy whether an action waits to be acknowledged; an update
   *   beside it could take its place in Streamlit's queue
   * @param {() => boolean} options.isWaiting whether a task of the grid is running
   * @param {Listener} options.onUpdate
   */
  constructor(options) {
    this.#options = options;
    this.#fallback = setInterval(() => {
      if (options.isWaiting() && !document.hidden) this.#update(0);
    }, POLL_FALLBACK_MS);
  }

  /** @param {string | undefined} url of the WebSocket, relative to the page */
  subscribe(url) {
    if (this.#url === url) return;
    this.#unsubscribe();
    this.#url = url;
    this.#unsubscribe = subscribe(url, (version) => this.#update(version));
  }

  /** @param {number} version */
  #update(version) {
    const { isBusy, onUpdate } = this.#options;
    this.#cancel();
    // An update may run the whole page again, which would close a dialog.
    this.#cancel = whenIdle(() => onUpdate(version), () => !isBusy() && !isDialogOpen());
  }

  destroy() {
    clearInterval(this.#fallback);
    this.#cancel();
    this.#unsubscribe();
  }
}

/**
 * @param {string | undefined} path
 * @param {Listener} listener
 * @returns {() => void} unsubscribes
 */
export function subscribe(path, listener) {
  const url = appUrl(path)?.replace(/^http/, "ws");
  if (!url) return () => {};
  // On the window: the next version of these scripts is another module. It may find a socket of
  // this version, whose public members must stay.
  const sockets = (window.kontextSockets ??= new Map());
  const socket = sockets.get(url) ?? new ReconnectingSocket(url);
  sockets.set(url, socket);
  socket.listeners.add(listener);
  if (mayHaveMissed(socket.lastAnnounced, Date.now())) {
    const gap = socket.listeners.size * TRIGGER_GAP_MS;
    setTimeout(() => socket.listeners.has(listener) && listener(0), gap);
  }
  return () => {
    socket.listeners.delete(listener);
    setTimeout(() => {
      if (socket.listeners.size || sockets.get(url) !== socket) return;
      sockets.delete(url);
      socket.close();
    }, CLOSE_DELAY_MS);
  };
}
