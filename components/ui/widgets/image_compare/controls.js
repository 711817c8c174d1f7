/**
 * Controls of the viewer: radio groups and full screen.
 */

import { closest } from "../shared/dom.js";

/**
 * One radio group of buttons with role=radio and `data-value`: one tab stop, arrows move.
 */
export class RadioGroup {
  /** @type {HTMLElement[]} */
  #radios;
  #onPick;

  /**
   * @param {HTMLElement} group
   * @param {(value: string) => void} onPick
   * @param {AbortSignal} signal
   */
  constructor(group, onPick, signal) {
    this.#radios = [...group.querySelectorAll("button")];
    this.#onPick = onPick;
    group.addEventListener("click", (event) => this.#pick(closest(event.target, "[role=radio]")), { signal });
    group.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  /** @param {string} value of the checked radio */
  check(value) {
    for (const radio of this.#radios) {
      const isChecked = radio.dataset.value === value;
      radio.setAttribute("aria-checked", String(isChecked));
      radio.tabIndex = isChecked ? 0 : -1;
    }
  }

  /** @param {HTMLElement | null | undefined} radio */
  #pick(radio) {
    if (radio?.dataset.value) this.#onPick(radio.dataset.value);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isForward = event.key === "ArrowRight" || event.key === "ArrowDown";
    if (!isForward && event.key !== "ArrowLeft" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    const radio = closest(event.target, "[role=radio]");
    const shown = this.#radios.filter((other) => !other.hidden);
    const { length } = shown;
    const index = radio ? shown.indexOf(radio) : 0;
    const next = shown[(index + (isForward ? 1 : -1) + length) % length];
    next?.focus();
    this.#pick(next);
  }
}

/**
 * Full screen for one element. Where the browser refuses (an iPhone, a frame without permission),
 * the element fills the window on the browser's top layer instead.
 */
export class FullScreen {
  #root;
  #onChange;
  #isActive = false;

  /**
   * @param {HTMLElement} root gets the class `kx-compare-full` while it fills the screen
   * @param {(isActive: boolean) => void} onChange
   * @param {AbortSignal} signal
   */
  constructor(root, onChange, signal) {
    this.#root = root;
    this.#onChange = onChange;
    document.addEventListener(
      "fullscreenchange",
      () => {
        const isFull = document.fullscreenElement === root;
        if (isFull !== this.#isActive && !root.popover) this.#set(isFull);
      },
      { signal },
    );
  }

  get isActive() {
    return this.#isActive;
  }

  async toggle() {
    if (this.#isActive) {
      this.leave();
    } else if (!document.fullscreenEnabled || !("requestFullscreen" in this.#root)) {
      this.#fillWindow();
    } else {
      await this.#root.requestFullscreen().catch(() => this.#fillWindow());
    }
  }

  leave() {
    if (!this.#isActive) return;
    if (document.fullscreenElement === this.#root) {
      document.exitFullscreen(); // the event in the constructor does the rest
      return;
    }
    if (this.#root.popover) {
      this.#root.hidePopover();
      this.#root.popover = null;
    }
    this.#set(false);
  }

  #fillWindow() {
    if ("showPopover" in this.#root) {
      this.#root.popover = "manual";
      this.#root.showPopover();
    }
    this.#set(true);
  }

  /** @param {boolean} isActive */
  #set(isActive) {
    this.#isActive = isActive;
    this.#root.classList.toggle("kx-compare-full", isActive);
    this.#onChange(isActive);
  }
}
