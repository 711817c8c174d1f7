/**
 * Several cards at once: which are selected, and the bar that says what can be done with them.
 * It lives in the browser alone, so that a click marks a picture at once.
 */

import { icon } from "./icons.js";
import { appUrl } from "../shared/urls.js";
import { element, setText } from "../shared/dom.js";

const MOST_EXPORTED = 1000; // the server takes no more in one file

export class Selection {
  /**
   * @param {{cards: () => Card[], mark: (ids: Set<string>, isOn: boolean) => void,
   *   act: (verb: string, ids: string[]) => void, say: (words: string) => void,
   *   focus: () => void}} sheet
   */
  constructor(sheet) {
    this.sheet = sheet;
    this.ids = new Set();
    this.isOn = false; // a plain press selects instead of opening
    this.count = element("span", "kx-grid-selection-count");
    this.count.setAttribute("aria-live", "polite");
    this.all = this.button("", "", () => this.takeAll());
    this.all.title = "Ctrl+A";
    this.verbs = element("div", "kx-grid-selection-actions");
    this.closer = this.button("Done", "dismiss", () => this.clear());
    this.bar = element("div", "kx-grid-selection", this.count, this.all, this.verbs, this.closer);
    this.bar.setAttribute("role", "toolbar");
    this.bar.setAttribute("aria-label", "Selected pictures");
    this.bar.hidden = true;
  }

  button(label, iconName, onClick) {
    const button = element("button", "kx-grid-selection-button", ...(iconName ? [icon(iconName)] : []), element("span", "kx-grid-label", label));
    Object.assign(button, { type: "button", title: label });
    button.addEventListener("click", onClick);
    return button;
  }

  /** @param {object} sheet as `wire.py` says */
  read({ bulk_actions = [], export_url }) {
    this.canSelect = bulk_actions.length > 0;
    this.exportUrl = export_url;
    const ids = new Set(this.sheet.cards().map((card) => card.id));
    for (const id of this.ids) if (!ids.has(id)) this.ids.delete(id);
    const text = JSON.stringify(bulk_actions);
    if (this.drawn !== text) {
      this.drawn = text;
      this.verbs.replaceChildren(
        ...bulk_actions.map(({ verb, label, icon: name }) => {
          const button = this.button(label, name || verb, () => this.act(verb));
          button.dataset.verb = verb;
          return button;
        }),
      );
    }
    this.draw();
  }

  /** @returns {boolean} whether the press was for the selection */
  press(event, id) {
    if (!this.canSelect) return false;
    if (event.shiftKey && this.anchor) this.takeRange(id);
    else if (this.isOn || event.ctrlKey || event.metaKey) this.toggle(id);
    else return false;
    event.preventDefault();
    return true;
  }

  toggle(id) {
    if (!this.canSelect) return;
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
    this.isOn = true;
    this.draw();
  }

  takeRange(id) {
    const order = this.sheet.cards().map((card) => card.id);
    const [from, to] = [order.indexOf(this.anchor), order.indexOf(id)].sort((one, other) => one - other);
    if (from < 0) return this.toggle(id);
    for (const taken of order.slice(from, to + 1)) this.ids.add(taken);
    this.isOn = true;
    return this.draw();
  }

  takeAll() {
    if (!this.canSelect) return;
    for (const card of this.sheet.cards()) this.ids.add(card.id);
    this.isOn = true;
    this.draw();
  }

  start() {
    this.isOn = this.canSelect;
    this.draw();
  }

  clear() {
    this.ids.clear();
    this.isOn = false;
    this.anchor = null;
    this.draw();
  }

  act(verb) {
    const chosen = this.sheet.cards().filter((card) => this.ids.has(card.id));
    if (verb === "download") {
      const ids = chosen.filter((card) => card.state === "done").flatMap(stackOf);
      if (ids.length > MOST_EXPORTED) this.sheet.say(`One ZIP takes ${MOST_EXPORTED} pictures: these are the first`);
      postIds(this.exportUrl, ids.slice(0, MOST_EXPORTED), this.bar);
      return;
    }
    const ids = chosen.flatMap((card) => (verb === "compare" ? [card.id] : stackOf(card)));
    if (verb !== "star") this.clear();
    this.sheet.act(verb, ids);
  }

  draw() {
    const held = document.activeElement; // asked later, it is the page already where that is hidden
    const cards = this.sheet.cards();
    const size = this.ids.size;
    const chosen = countOf(cards.filter((card) => this.ids.has(card.id)));
    this.bar.hidden = !this.isOn || !cards.length;
    setText(this.count, chosen ? `${chosen} selected` : "Click pictures");
    setText(this.all.querySelector(".kx-grid-label"), `All ${countOf(cards)} shown`);
    this.all.hidden = size === cards.length;
    for (const button of this.verbs.children) {
      const needsTwo = button.dataset.verb === "compare";
      button.disabled = needsTwo ? size !== 2 : !size;
      if (needsTwo) button.title = size === 2 ? "Compare" : "Select two to compare";
    }
    this.sheet.mark(this.ids, this.isOn);
    this.keepFocus(held);
  }

  /** A button that hides with its own press would drop the focus to the page. */
  keepFocus(held) {
    if (!this.bar.contains(held) || held.checkVisibility()) return;
    if (this.bar.hidden) this.sheet.focus();
    else this.closer.focus();
  }
}

/** A card stands for its variants too: what is done with it, except to look, is done with all. */
function stackOf(card) {
  return [card.id, ...(card.variant_ids ?? [])];
}

/** @param {Card[]} cards */
export function countOf(cards) {
  return cards.reduce((sum, card) => sum + stackOf(card).length, 0);
}

/**
 * Ask for one file with these pictures; a link could not carry so bulk_actions ids. The answer goes to a
 * frame of its own, so that a refusal does not take the page away.
 */
function postIds(address, ids, parent) {
  const url = appUrl(address);
  if (!url || !ids.length) return;
  const frame = parent.querySelector("iframe") ?? element("iframe", "");
  Object.assign(frame, { name: "kx-grid-export", hidden: true });
  const field = element("input", "");
  Object.assign(field, { type: "hidden", name: "ids", value: ids.join(",") });
  const form = element("form", "", field);
  Object.assign(form, { method: "post", action: url, target: frame.name });
  parent.append(frame, form);
  form.submit();
  form.remove();
}
