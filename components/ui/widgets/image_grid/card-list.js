/**
 * Keeps the cards on the page in step with the data, and the focus with the cards.
 */

import { announcement, isWaiting } from "./card-data.js";
import { CardView } from "./card.js";
import { Sections } from "./sections.js";
import { unreadIds } from "./title-badge.js";
import { closest } from "../shared/dom.js";

/** @import { Act, ActOnAll, Card, GridData } from "./types.js" */

const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");
const JUST_SUBMITTED_MS = 5000; // a task younger than this was submitted in this window
/** Ids of the tasks scrolled to. For the window: Streamlit (1.67) may mount a grid again. */
const scrolledTo = new Set();

export class CardList {
  /** @type {CardView[]} In display order. */
  order = [];
  #sections;
  /** @type {Map<string, CardView>} */
  #views = new Map();
  /** @type {CardView | null} The stop of the Tab key. */
  #current = null;
  #handlers;

  /**
   * @param {object} handlers
   * @param {Act} handlers.act
   * @param {(event: MouseEvent, card: Card) => void} handlers.onPress
   * @param {(card: Card) => void} handlers.onToggle
   * @param {ActOnAll} handlers.actOnAll
   */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#sections = new Sections(handlers.actOnAll);
  }

  get root() {
    return this.#sections.root;
  }

  /** @returns {Card[]} in display order */
  get cards() {
    return this.order.map((view) => view.card);
  }

  /** @returns {CardView[]} those with an image to open */
  get withImage() {
    return this.order.filter((view) => view.hasImage);
  }

  /** Whether a task of the list is running. */
  get isWaiting() {
    return this.order.some((view) => isWaiting(view.card));
  }

  /** Whether the cards stand under headings. */
  get hasHeadings() {
    return Boolean(this.order[0]?.card.group);
  }

  /**
   * @param {string} id
   * @returns {CardView | undefined}
   */
  view(id) {
    return this.#views.get(id);
  }

  /**
   * @param {EventTarget | null} target of an event
   * @returns {CardView | undefined} the card around it
   */
  viewAround(target) {
    return this.#views.get(closest(target, ".kx-grid-card")?.dataset.id ?? "");
  }

  /**
   * @param {Card[]} cards in display order
   * @param {Pick<GridData, "layout" | "submissions">} data
   * @param {object} options
   * @param {boolean} options.isFirst whether these are the first cards ever drawn
   * @param {boolean} options.keepLeaving whether cards that are about to leave stay dimmed
   * @returns {{announcements: string[], added: string[]}} texts for a screen reader, and the ids
   *   of cards that were not there before
   */
  draw(cards, { layout, submissions = [] }, { isFirst, keepLeaving }) {
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.root.contains(active) ? active : null;
    const focusedIndex = this.order.findIndex((view) => view.element.contains(focused));
    const focusedView = this.order[focusedIndex];
    this.#removeAllBut(new Set(cards.map((card) => card.id)));
    /** @type {string[]} */
    const announcements = [];
    const added = cards.map((card) => card.id).filter((id) => !this.#views.has(id));
    this.order = cards.map((card) => {
      const view = this.#views.get(card.id) ?? this.#create(card, !isFirst);
      if (!keepLeaving) view.element.classList.remove("kx-grid-leaving");
      const text = this.#update(view, card, layout);
      if (text) announcements.push(text);
      return view;
    });
    this.#sections.draw(new Map(this.order.map((view) => [view.card.id, view])), submissions);
    this.#restoreFocus(focused, focusedView, focusedIndex);
    const current = this.#views.get(this.#current?.card.id ?? "") ?? this.order[0];
    this.#current = null;
    this.setCurrent(current);
    return { announcements, added };
  }

  /** @param {Set<string>} ids */
  #removeAllBut(ids) {
    for (const [id, view] of this.#views) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.#views.delete(id);
    }
  }

  /**
   * @param {Card} card
   * @param {boolean} isAnimated
   */
  #create(card, isAnimated) {
    const view = new CardView(card, this.#handlers);
    this.#views.set(card.id, view);
    if (isAnimated && !card.isPlaceholder) view.element.classList.add("kx-grid-new");
    return view;
  }

  /**
   * @param {CardView} view
   * @param {Card} card
   * @param {GridData["layout"]} layout
   * @returns {string} what a screen reader announces
   */
  #update(view, card, layout) {
    const drawn = layout + JSON.stringify(card);
    if (view.drawn === drawn) return "";
    const text = view.drawn ? announcement(view.card, card) : "";
    if (text && card.state === "done" && document.hidden) unreadIds.add(card.id);
    view.update(card, layout);
    view.drawn = drawn;
    return text;
  }

  /**
   * Show a star before Python confirms it: a late star feels like a lost click.
   * @param {CardView} view
   * @param {boolean} starred
   * @param {GridData["layout"]} layout
   */
  showStar(view, starred, layout) {
    view.update({ ...view.card, starred }, layout);
    view.drawn = `${layout}?`; // drawn again whatever Python says
  }

  /**
   * A card keeps the focus when it moves or loses the focused button. A card that is gone hands
   * it to its neighbour.
   * @param {HTMLElement | null} focused
   * @param {CardView | undefined} view that had the focus
   * @param {number} index of that view
   */
  #restoreFocus(focused, view, index) {
    if (!focused) return;
    if (focused.isConnected) {
      if (document.activeElement !== focused) focused.focus({ preventScroll: true });
    } else if (view?.element.isConnected) {
      this.focus(view);
    } else if (view) {
      this.focus(this.order[Math.min(index, this.order.length - 1)]);
    }
  }

  /** @param {CardView | undefined} view becomes the stop of the Tab key */
  setCurrent(view) {
    if (!view || this.#current === view) return;
    this.#current?.setTabStop(false);
    this.#current = view;
    view.showActions();
    view.setTabStop(true);
  }

  /** @returns {CardView | undefined} the card under the mouse */
  get pointed() {
    return this.viewAround(this.root.querySelector(".kx-grid-card:hover"));
  }

  /** @returns {CardView | undefined} the card to begin at with the keys */
  get firstVisible() {
    const isVisible = (/** @type {CardView | null | undefined} */ view) => {
      const { top, bottom } = view?.element.getBoundingClientRect() ?? { top: 0, bottom: 0 };
      return bottom > 0 && top < innerHeight;
    };
    return isVisible(this.#current) ? (this.#current ?? undefined) : this.order.find(isVisible);
  }

  /** @param {CardView | undefined} view */
  focus(view) {
    if (!view) return;
    this.setCurrent(view);
    view.element.focus();
    view.element.scrollIntoView({ block: "nearest" });
  }

  /** Give the focus back to the cards. */
  focusCurrent() {
    this.#current?.element.focus({ preventScroll: true });
  }

  /**
   * @param {Set<string>} ids
   */
  markSelected(ids) {
    for (const view of this.order) view.select(ids.has(view.card.id));
  }

  /**
   * On a phone the feed is below the form: scroll to the task that was just submitted.
   * @param {number} now epoch milliseconds by the server's clock
   */
  scrollToNew(now) {
    const view = this.order.find(({ card }) => isWaiting(card));
    if (!view || scrolledTo.has(view.card.id)) return;
    if (now - (view.card.created_ms ?? 0) >= JUST_SUBMITTED_MS) return;
    scrolledTo.add(view.card.id);
    const isTyping = document.activeElement?.matches("input, textarea");
    if (isTyping || view.element.getBoundingClientRect().top < innerHeight) return;
    const behavior = REDUCED_MOTION.matches ? "auto" : "smooth";
    view.element.scrollIntoView({ block: "center", behavior });
  }
}
