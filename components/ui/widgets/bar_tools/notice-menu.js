/**
 * The button and the menu by which a person chooses how to be told.
 */

import { playChime } from "./chime.js";
import { permissionText } from "./notice-rules.js";
import { allowNotifications, choice, choose, permission } from "./notices.js";
import { button, element, setText } from "../shared/dom.js";

const BELL = ["M6.500 16.500V11a5.500 5.500 0 0 1 11 0v5.500l1.500 1.500H5z", "M10 20.500h4"];

export class NoticeMenu {
  #sound = toggle("Play a sound", () => this.#onSound());
  #desktop = toggle("Show a notification", () => this.#onDesktop());
  #problem = element("p", "kx-notices-problem");
  root = element(
    "div",
    "kx-notices",
    element("h2", "", "When a picture is done"),
    element("p", "", "While you look at something else:"),
    this.#sound.label,
    this.#desktop.label,
    this.#problem,
  );
  opener = button("kx-tools-button", bell());

  constructor() {
    this.root.popover = "auto";
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", "When a picture is done");
    this.#problem.setAttribute("role", "status");
    this.opener.popoverTargetElement = this.root;
    this.opener.setAttribute("aria-haspopup", "dialog");
    this.root.addEventListener("toggle", () => this.root.matches(":popover-open") && this.#onOpened());
    this.#draw("");
  }

  /** @param {string} problem why something cannot be chosen */
  #draw(problem) {
    const { sound, desktop } = choice();
    const isShown = desktop && permission() === "granted";
    this.#sound.input.checked = sound;
    this.#desktop.input.checked = isShown;
    setText(this.#problem, problem);
    const ways = [sound && "a sound", isShown && "a notification"].filter(Boolean).join(" and ");
    this.opener.title = ways ? `When a picture is done: ${ways}` : "Tell me when a picture is done";
    this.opener.setAttribute("aria-label", this.opener.title);
    this.opener.classList.toggle("kx-tools-on", ways !== "");
  }

  #onOpened() {
    const { right, bottom } = this.opener.getBoundingClientRect();
    const left = Math.max(8, Math.min(right - this.root.offsetWidth, innerWidth - this.root.offsetWidth - 8));
    Object.assign(this.root.style, { margin: "0", inset: `${bottom + 6}px auto auto ${left}px` });
    const isBlocked = choice().desktop && permission() !== "granted";
    this.#draw(isBlocked ? permissionText(permission()) : "");
  }

  #onSound() {
    const sound = this.#sound.input.checked;
    choose({ ...choice(), sound });
    this.#draw("");
    if (sound) playChime();
  }

  async #onDesktop() {
    const isWanted = this.#desktop.input.checked;
    const answer = isWanted ? await allowNotifications() : "granted";
    const problem = permissionText(answer);
    choose({ ...choice(), desktop: isWanted && !problem });
    this.#draw(problem);
  }
}

/**
 * @param {string} text
 * @param {() => void} onChange
 */
function toggle(text, onChange) {
  const input = element("input", "");
  input.type = "checkbox";
  input.setAttribute("role", "switch");
  input.addEventListener("change", onChange);
  return { input, label: element("label", "kx-notices-toggle", element("span", "", text), input) };
}

function bell() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const data of BELL) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}
