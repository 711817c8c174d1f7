/**
 * The one-line field "Change…": edits a picture in the place where it is seen. What is typed is
 * kept in the tab until it is under way, for each picture.
 */

import { icon } from "./icons.js";
import { fieldCommand } from "./key-map.js";
import { button, element, setText } from "../shared/dom.js";

/** @import { ChangeRequests } from "./changes.js" */

const DRAFT_NAME = "kontext.change."; // before the id of the card
let count = 0;

export class ChangeField {
  /** The card whose picture is changed. */
  id = "";
  #price = "";
  #problem = "";
  #input = element("input", "kx-change-input");
  #sendLabel = element("span", "kx-change-send-label", "Try again");
  #send = button("kx-change-send", icon("send"), this.#sendLabel);
  #line = element("p", "kx-change-line");
  root = element("div", "kx-change", element("div", "kx-change-box", this.#input, this.#send), this.#line);
  #requests;
  #leave;

  /**
   * @param {ChangeRequests} requests
   * @param {() => void} leave gives the focus back
   */
  constructor(requests, leave) {
    this.#requests = requests;
    this.#leave = leave;
    this.#line.id = `kx-change-line-${(count += 1)}`;
    Object.assign(this.#input, { type: "text", dir: "auto", autocomplete: "off", enterKeyHint: "send" });
    this.#input.placeholder = "Change…";
    this.#input.title = "Change this picture (/)";
    this.#input.setAttribute("aria-label", "Change this picture");
    this.#input.setAttribute("aria-describedby", this.#line.id);
    this.#input.addEventListener("input", () => this.#onInput());
    this.#send.addEventListener("click", () => this.#submit());
    this.root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  get #text() {
    return this.#input.value.trim();
  }

  /** Whether something is typed in it or on its way. */
  get isInUse() {
    return this.#text !== "";
  }

  /**
   * @param {string} id of the card
   * @param {string} price of one press, and what follows from it
   * @param {string} problem why a press cannot be paid for; empty if it can
   */
  show(id, price, problem) {
    this.#price = price;
    this.#problem = problem;
    if (this.id !== id || document.activeElement !== this.#input) {
      this.#input.value = sessionStorage.getItem(DRAFT_NAME + id) ?? "";
    }
    this.id = id;
    this.draw();
  }

  /** Show what has become of what was sent. */
  draw() {
    const isSending = this.#requests.isSending(this.id);
    const error = this.#requests.error(this.id, this.#text);
    const cannotPay = !isSending && this.#problem !== "";
    this.root.dataset.state = isSending ? "sending" : cannotPay ? "refused" : error ? "failed" : "ready";
    this.#input.readOnly = isSending;
    this.#send.setAttribute("aria-disabled", String(isSending || cannotPay));
    this.#send.setAttribute("aria-label", error && !cannotPay ? "Try again" : "Change");
    this.#send.title = error || cannotPay ? "" : "Change (Enter)";
    this.#sendLabel.hidden = !error || cannotPay;
    // Only what was pressed is announced, not each new price.
    if (isSending || cannotPay || error) this.#line.setAttribute("role", "status");
    else this.#line.removeAttribute("role");
    setText(this.#line, isSending ? "Sending…" : this.#problem || error || this.#price);
  }

  focus() {
    this.#input.focus();
  }

  /** @param {string} text to be said in other words */
  rewrite(text) {
    this.#input.value = text;
    this.#onInput();
    this.#input.select();
  }

  /** @param {string} id of the card whose text is under way */
  forget(id) {
    sessionStorage.removeItem(DRAFT_NAME + id);
    if (this.id === id) this.#input.value = "";
  }

  #onInput() {
    const name = DRAFT_NAME + this.id;
    if (this.#text) sessionStorage.setItem(name, this.#input.value);
    else sessionStorage.removeItem(name);
    this.draw();
  }

  #submit() {
    if (this.#text && !this.#problem) this.#requests.send(this.id, this.#text);
    this.focus();
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Neither the cards nor Streamlit's own shortcuts must react to what is typed.
    if (event.key !== "Tab") event.stopPropagation();
    const command = fieldCommand(event);
    const isOnButton = event.target === this.#send; // whose Enter is a press by itself
    if (!command || (command === "send" && isOnButton)) return;
    event.preventDefault();
    // A press, as the server is asked who this is before one that costs money.
    if (command === "send") this.#send.click();
    else this.#leave();
  }
}
