/**
 * Selecting several cards, and the bar of what can be done with them. The selection lives in the
 * browser alone, so that a click marks a card at once.
 */

import { countImages } from "./card-data.js";
import { MAX_EXPORTED, downloadExport } from "./export.js";
import { icon } from "./icons.js";
import { SelectionSet, compareRefusal, idsForAction } from "./selection-set.js";
import { button, element, find, setText } from "../shared/dom.js";

/** @import { Action, Card, GridData } from "./types.js" */

/**
 * @typedef {object} SelectionHost the grid
 * @property {() => Card[]} cards in display order
 * @property {(ids: Set<string>, isOn: boolean) => void} mark shows which cards are selected
 * @property {(verb: string, ids: string[]) => void} act
 * @property {(message: string) => void} notify
 * @property {() => void} focus gives the focus back to the cards
 */

export class Selection {
  #host;
  #set = new SelectionSet();
  #count = element("span", "kx-grid-selection-count");
  #all = this.#button("", "", () => this.selectAll());
  #actions = element("div", "kx-grid-selection-actions");
  #closer = this.#button("Done", "dismiss", () => this.clear());
  /** @type {Action[]} What can be done with the selected cards. */
  actions = [];
  #exportUrl = "";
  #drawn = "";

  /** @param {SelectionHost} host */
  constructor(host) {
    this.#host = host;
    this.#count.setAttribute("aria-live", "polite");
    this.#all.title = "Ctrl+A";
    this.bar = element("div", "kx-grid-selection", this.#count, this.#all, this.#actions, this.#closer);
    this.bar.setAttribute("role", "toolbar");
    this.bar.setAttribute("aria-label", "Selected pictures");
    this.bar.hidden = true;
  }

  /** Whether several cards can be selected here. */
  get canSelect() {
    return this.actions.length > 0;
  }

  /** How many cards are selected. */
  get count() {
    return this.#set.ids.size;
  }

  get isOn() {
    return this.#set.isOn;
  }

  /** @param {GridData} data */
  read({ bulk_actions: actions = [], export_url: exportUrl = "" }) {
    this.actions = actions;
    this.#exportUrl = exportUrl;
    this.#set.retain(this.#order());
    this.#drawActions(actions);
    this.#draw();
  }

  /**
   * @param {MouseEvent} event
   * @param {string} id of the pressed card
   * @returns {boolean} whether the press was for the selection
   */
  press(event, id) {
    if (!this.canSelect || !this.#set.press(event, id, this.#order())) return false;
    event.preventDefault();
    this.#draw();
    return true;
  }

  /** @param {string} id */
  toggle(id) {
    this.#change(() => this.#set.toggle(id));
  }

  /**
   * Extend the selection by a key that moves with Shift.
   * @param {string} from
   * @param {string} to
   */
  extend(from, to) {
    this.#change(() => {
      if (this.#set.anchor === null) this.#set.toggle(from);
      this.#set.extendTo(to, this.#order());
    });
  }

  /** Draw these alone as selected, as while the mouse drags a rectangle. @param {string[]} ids */
  replace(ids) {
    this.#change(() => this.#set.replace(ids));
  }

  /** @returns {string[]} in no order */
  get ids() {
    return [...this.#set.ids];
  }

  selectAll() {
    this.#change(() => this.#set.selectAll(this.#order()));
  }

  start() {
    this.#change(() => (this.#set.isOn = true));
  }

  clear() {
    this.#set.clear();
    this.#draw();
  }

  /** @param {() => void} change */
  #change(change) {
    if (!this.canSelect) return;
    change();
    this.#draw();
  }

  #order() {
    return this.#host.cards().map((card) => card.id);
  }

  /** @returns {Card[]} the selected cards, in display order */
  #selected() {
    return this.#host.cards().filter((card) => this.#set.ids.has(card.id));
  }

  /**
   * @param {string} label
   * @param {string} iconName
   * @param {() => void} onClick
   */
  #button(label, iconName, onClick) {
    const icons = iconName ? [icon(iconName)] : [];
    const made = button("kx-grid-selection-button", ...icons, element("span", "kx-grid-label", label));
    made.title = label;
    made.addEventListener("click", onClick);
    return made;
  }

  /** @param {Action[]} actions */
  #drawActions(actions) {
    const text = JSON.stringify(actions);
    if (this.#drawn === text) return;
    this.#drawn = text;
    this.#actions.replaceChildren(
      ...actions.map(({ verb, label, icon: name }) => {
        const made = this.#button(label, name || verb, () => this.act(verb));
        made.dataset.verb = verb;
        return made;
      }),
    );
  }

  /** @param {string} verb one of `actions`, to be done with the selected cards */
  act(verb) {
    const ids = idsForAction(verb, this.#selected());
    const refusal = verb === "compare" ? compareRefusal(ids.length) : "";
    if (refusal) {
      this.#host.notify(refusal);
      return;
    }
    if (verb === "download") {
      if (ids.length > MAX_EXPORTED) {
        this.#host.notify(`One ZIP takes ${MAX_EXPORTED} pictures: these are the first`);
      }
      downloadExport(this.#exportUrl, ids.slice(0, MAX_EXPORTED), this.bar);
      return;
    }
    if (verb !== "star") this.clear();
    this.#host.act(verb, ids);
  }

  #draw() {
    const focused = document.activeElement; // read now: a hidden button loses the focus at once
    const cards = this.#host.cards();
    const { ids, isOn } = this.#set;
    const count = countImages(this.#selected());
    this.bar.hidden = !isOn || !cards.length;
    setText(this.#count, count ? `${count} selected` : "Click pictures");
    setText(find(this.#all, ".kx-grid-label"), `All ${countImages(cards)} shown`);
    this.#all.hidden = ids.size === cards.length;
    for (const made of this.#actions.querySelectorAll("button")) {
      // A press on "Compare" is answered whatever is selected.
      if (made.dataset.verb !== "compare") made.disabled = !ids.size;
      else made.setAttribute("aria-disabled", String(ids.size !== 2));
    }
    this.#host.mark(ids, isOn);
    this.#keepFocus(focused);
  }

  /**
   * A button that hides with its own press would drop the focus to the page.
   * @param {Element | null} focused
   */
  #keepFocus(focused) {
    if (!focused || !this.bar.contains(focused) || focused.checkVisibility()) return;
    if (this.bar.hidden) this.#host.focus();
    else this.#closer.focus();
  }
}
