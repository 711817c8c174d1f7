/**
 * The image grid: draws what Python sends, and sends what the user does.
 */

import { CardList } from "./card-list.js";
import { CardLoader } from "./card-loader.js";
import { isWaiting, readCard, withVariants } from "./card-data.js";
import { Clock } from "./clock.js";
import { copyImage, copyPrompt } from "./copy.js";
import { downloadExport } from "./export.js";
import { handleCardKey, handlePageKey } from "./card-keys.js";
import { cardShortcuts } from "./key-map.js";
import { LightboxReturn } from "./lightbox-return.js";
import { Lightbox } from "./lightbox.js";
import { UpdateSubscription } from "./live-updates.js";
import { CardChange } from "./card-change.js";
import { ChangeRequests } from "./changes.js";
import { Marquee } from "./marquee.js";
import { CardMenu } from "./menu.js";
import { Selection } from "./selection.js";
import { showUnread } from "./title-badge.js";
import { Toast } from "./toast.js";
import { Toolbar } from "./toolbar.js";
import { ViewportTracker } from "./viewport.js";
import { ActionQueue } from "../../streamlit_internals/action-queue.js";
import { STRANGER } from "../../streamlit_internals/identity-check.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { whenIdle } from "../../streamlit_internals/script-idle.js";
import { element, setText } from "../shared/dom.js";
import { receiveKeys } from "../shared/page-keys.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Act, Card, GridData } from "./types.js" */

const OPENS_DIALOG = new Set(["compare", "lineage", "share"]);
const REMOVES_CARD = new Set(["delete", "dismiss", "restore", "purge"]);
const COPIES = new Map([
  ["copy_prompt", copyPrompt],
  ["copy_picture", copyImage],
]);
/** @type {GridData} */
const NO_DATA = { layout: "feed", empty: "", last_nonce: 0, cards: [], action_sets: [] };

class ImageGrid {
  /** @type {Component<{grid: string}> | null} */
  #component = null;
  #data = NO_DATA;
  #isDrawn = false;
  /** @type {string[]} Ids that the last action deleted, and those that an undo brings back. */
  #deleted = [];
  /** @type {string[]} */
  #restoring = [];
  #emptyText = element("p", "kx-grid-empty-text");
  #empty;
  #liveRegion = element("div", "kx-grid-live-region");
  #root = element("div", "kx-grid");
  /** @type {Act} */
  #act = (verb, card, control) => this.#onAct(verb, card, control);
  #list = new CardList({
    act: this.#act,
    onPress: (event, card) => this.#onPress(event, card),
    onToggle: (card) => this.#selection.toggle(card.id),
    actOnAll: (verb, cards) => this.#onActOnAll(verb, cards),
  });
  #clock = new Clock(() => [...this.#list.order, this.#lightbox]);
  #queue = new ActionQueue(
    (action) => this.#component?.setTriggerValue("action", action),
    ({ nonce }) => this.#onActionLost(nonce),
  );
  #updates = new UpdateSubscription({
    isBusy: () => this.#queue.isBusy,
    isWaiting: () => this.#list.isWaiting,
    onUpdate: (version) => this.#component?.setTriggerValue("changed", version),
  });
  #loader = new CardLoader((view) => this.#component?.setStateValue("view", view), whenIdle);
  #changes = new ChangeRequests((id, text, nonce) => this.#queue.add("change", [id], { text, nonce }));
  #cardChange = new CardChange(this.#changes, (message) => this.#toast.show(message));
  /** The last card of the lightbox that was tried again. */
  #retried = { nonce: 0, id: "" };
  #toolbar = new Toolbar();
  #toast = new Toast(() => this.#onToastUndo());
  #menu = new CardMenu(this.#act);
  #selection = new Selection({
    cards: () => this.#list.cards,
    mark: (ids, isOn) => {
      this.#root.classList.toggle("kx-grid-selecting", isOn);
      this.#list.markSelected(ids);
    },
    act: (verb, ids) => {
      this.#lightboxReturn.id = "";
      this.#send(verb, ids);
    },
    notify: (message) => this.#toast.show(message),
    focus: () => this.#list.focusCurrent(),
  });
  #lightbox = new Lightbox({
    cards: () => this.#list.withImage.map((view) => view.card),
    loadedUrl: (id) => this.#list.view(id)?.loadedUrl ?? null,
    act: this.#act,
    changes: this.#changes,
    hasSteps: () => Boolean(this.#data.placeholders),
    onShow: () => this.#onLightboxShow(),
    undo: () => this.#undo(),
    onClose: (id, index) => this.#onLightboxClosed(id, index),
  });
  #lightboxReturn = new LightboxReturn((id) => {
    if (this.#list.view(id)) this.#openLightbox(id);
  });
  #viewport;
  /** @type {import("./card-keys.js").KeyTargets} */
  #keyTargets = {
    list: this.#list,
    selection: this.#selection,
    act: this.#act,
    undo: () => this.#undo(),
    open: (id) => this.#open(id),
  };
  #endKeys;
  #marquee;
  #giveUp = () => this.#queue.giveUp();

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#liveRegion.setAttribute("aria-live", "polite");
    const shapes = [element("i", ""), element("i", ""), element("i", "")];
    const emptyShapes = element("div", "kx-grid-empty-shapes", ...shapes);
    this.#empty = element("div", "kx-grid-empty", emptyShapes, this.#emptyText);
    this.#root.append(this.#toolbar.root, this.#empty, this.#list.root, this.#liveRegion);
    this.#root.append(this.#selection.bar, this.#menu.root, this.#toast.root, this.#lightbox.dialog);
    this.#root.addEventListener("keydown", (event) => this.#onKey(event));
    this.#root.addEventListener("focusin", ({ target }) =>
      this.#list.setCurrent(this.#list.viewAround(target)),
    );
    parent.append(this.#root);
    this.#endKeys = receiveKeys({
      root: this.#list.root,
      keys: () => this.#shortcuts,
      onKey: (event) => handlePageKey(event, this.#keyTargets),
      leave: () => this.#leaveSelection(),
    });
    addEventListener(STRANGER, this.#giveUp);
    this.#marquee = new Marquee(this.#root, {
      canSelect: () => this.#selection.canSelect && this.#list.order.length > 0,
      order: () => this.#list.order,
      selected: () => this.#selection.ids,
      select: (ids) => this.#selection.replace(ids),
    });
    this.#viewport = new ViewportTracker(
      this.#root,
      () => this.#list.order,
      () => this.#requestCards(),
    );
  }

  /** @param {Component<{grid: string}>} component */
  update(component) {
    this.#component = component;
    /** @type {GridData} */
    const data = JSON.parse(component.data.grid);
    this.#data = data;
    this.#root.dataset.layout = data.layout;
    this.#clock.set(data.now_ms);
    this.#queue.acknowledge(data.last_nonce);
    this.#updates.subscribe(data.push_url);
    this.#drawCards(!this.#isDrawn);
    this.#isDrawn = true;
    this.#selection.read(data);
    this.#drawSurroundings();
    this.#toast.offer(data.undo);
    this.#lightbox.related.read(data.related, data.action_sets);
    this.#readChanges(data);
    this.#lightbox.draw();
    this.#lightboxReturn.update(data.dialog_open);
    this.#viewport.refresh();
    this.#requestCards();
    showUnread();
    this.#clock.tick();
  }

  /** @param {boolean} isFirst */
  #drawCards(isFirst) {
    const cards = this.#loader.read(this.#data);
    const options = { isFirst, keepLeaving: this.#queue.isBusy };
    const { announcements, added } = this.#list.draw(cards, this.#data, options);
    this.#root.classList.toggle("kx-grid-has-headings", this.#list.hasHeadings);
    if (announcements.length) this.#liveRegion.textContent = announcements.join("\n");
    this.#focusRestored(added);
    if (this.#data.scroll_to_new) this.#list.scrollToNew(this.#clock.now);
  }

  /** @param {GridData} data */
  #readChanges({ changes, action_sets: actionSets }) {
    const cards = (changes?.cards ?? []).map((card) => readCard(card, actionSets));
    const { price = "", problem = "", nonce, error, card_id: madeId } = changes ?? {};
    this.#lightbox.readChanges(cards, price, problem);
    this.#cardChange.setPrice(price, problem);
    const id = this.#changes.settle(nonce, error) || (nonce === this.#retried.nonce ? this.#retried.id : "");
    if (!id) return;
    this.#retried = { nonce: 0, id: "" };
    this.#lightbox.showChange(id, madeId);
    if (madeId) this.#cardChange.settle(id, this.#list.view(madeId)?.element);
    else this.#cardChange.draw();
  }

  /** The tools above the cards, and the text where there is no card. */
  #drawSurroundings() {
    const { layout, empty } = this.#data;
    const isEmpty = this.#list.order.length === 0;
    this.#toolbar.root.hidden = layout !== "grid" || isEmpty;
    if (!this.#toolbar.root.hidden) this.#toolbar.draw(this.#root, this.#selection);
    this.#empty.hidden = !isEmpty || !empty;
    setText(this.#emptyText, empty);
  }

  /** Ask Python for the cards near the screen, and for what the lightbox shows. */
  #requestCards() {
    if (!this.#data.placeholders) return;
    // Behind a dialog the lightbox's image stays requested.
    const openId = this.#lightbox.isOpen ? this.#lightbox.id : this.#lightboxReturn.id;
    const index = this.#list.order.findIndex((view) => view.card.id === openId);
    const { first, end } =
      index < 0 ? this.#viewport.near : { first: Math.max(0, index - 1), end: index + 2 };
    this.#loader.request(this.#list.cards.slice(first, end), first, openId);
  }

  // Actions -------------------------------------------------------------------------------

  /**
   * @param {string} verb
   * @param {Card} card
   * @param {HTMLElement} [control] the pressed button
   */
  #onAct(verb, card, control) {
    const { isOpen, id } = this.#lightbox;
    if (OPENS_DIALOG.has(verb)) this.#lightboxReturn.id = isOpen ? id : "";
    const copy = COPIES.get(verb);
    if (verb === "more" && control) this.#menu.open(control, card);
    else if (verb === "change") this.#openChange(card);
    else if (copy) this.#copy(copy(card));
    else this.#send(verb, verb === "delete" && !isOpen ? withVariants(card) : [card.id]);
  }

  /**
   * What one task can stand for is done with the first; the rest with all that have ended.
   * @param {string} verb
   * @param {Card[]} cards of one submission
   */
  #onActOnAll(verb, cards) {
    const submission = this.#data.submissions?.find(({ id }) => id === cards[0]?.group);
    const reason = submission?.actions.find((action) => action.verb === verb)?.disabled_reason;
    if (reason) {
      this.#toast.show(reason);
      return;
    }
    const ids = cards.filter((card) => !isWaiting(card)).map((card) => card.id);
    const withImage = cards.filter((card) => card.state === "done").map((card) => card.id);
    if (verb === "download_all") downloadExport(this.#data.export_url ?? "", withImage, this.#root);
    else this.#send(verb, verb === "delete" ? ids : cards.slice(0, 1).map((card) => card.id));
  }

  /** @param {Promise<string>} copying */
  #copy(copying) {
    copying.then(
      (message) => this.#toast.show(message),
      () => this.#toast.show("The browser did not allow the copy"),
    );
  }

  /**
   * @param {string} verb
   * @param {string[]} ids
   */
  #send(verb, ids) {
    const views = ids.flatMap((id) => this.#list.view(id) ?? []);
    if (verb === "delete" || verb === "dismiss") this.#deleted = ids;
    if (REMOVES_CARD.has(verb)) {
      for (const view of views) view.element.classList.add("kx-grid-leaving");
    }
    if (verb === "star") {
      const starred = !views.every((view) => view.card.starred);
      for (const view of views) {
        this.#list.showStar(view, starred, this.#data.layout);
        this.#lightbox.showStar(view.card.id, starred);
      }
    }
    const nonce = this.#queue.add(verb, ids);
    if (verb === "retry" && this.#lightbox.isOpen) this.#retried = { nonce, id: ids[0] ?? "" };
  }

  /** @param {Card} card */
  #openChange(card) {
    const view = this.#list.view(card.id);
    if (!view) return;
    this.#list.setCurrent(view);
    this.#cardChange.open(view);
  }

  /**
   * Nothing came back: show the cards as Python last sent them.
   * @param {number} nonce
   */
  #onActionLost(nonce) {
    if (this.#changes.lose(nonce)) {
      this.#lightbox.showChange("", undefined);
      this.#cardChange.draw();
      return;
    }
    this.#drawCards(false);
    this.#toast.show("That did not reach the studio. Try again.");
  }

  #undo() {
    // A deletion that is still on its way can be undone too: undo follows it in the queue.
    if (!this.#data.undo && !this.#queue.isBusy) return;
    this.#toast.hide();
    this.#queue.add("undo", []);
  }

  /** The button hides with its press and drops the focus, which goes to the restored card. */
  #onToastUndo() {
    this.#restoring = this.#deleted;
    this.#queue.add("undo", []);
  }

  /** @param {string[]} added ids of cards that were not there before */
  #focusRestored(added) {
    const id = this.#restoring.find((restored) => added.includes(restored));
    if (id === undefined) return;
    this.#restoring = [];
    const isFree = document.activeElement === document.body && !this.#lightbox.isOpen;
    if (isFree) this.#list.focus(this.#list.view(id));
  }

  // Input ---------------------------------------------------------------------------------

  /**
   * @param {MouseEvent} event
   * @param {Card} card
   */
  #onPress(event, card) {
    if (this.#selection.press(event, card.id)) return;
    if (this.#list.view(card.id)?.hasImage) this.#open(card.id);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const view = this.#list.viewAround(event.target);
    if (!view || event.altKey) return;
    const isHandled = handleCardKey(event, view, this.#keyTargets);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  get #shortcuts() {
    return this.#list.order.length ? cardShortcuts(this.#selection.canSelect) : [];
  }

  #leaveSelection() {
    if (!this.#selection.isOn) return false;
    this.#selection.clear();
    return true;
  }

  /** @param {string} id */
  #open(id) {
    const { press_verb: pressVerb } = this.#data;
    if (pressVerb) this.#send(pressVerb, [id]);
    else this.#openLightbox(id);
  }

  /** @param {string} id */
  #openLightbox(id) {
    this.#list.setCurrent(this.#list.view(id));
    this.#lightbox.open(id);
  }

  #onLightboxShow() {
    const { dialog } = this.#lightbox;
    // Messages go into the dialog: outside of it nothing is announced and nothing can be pressed.
    if (this.#toast.root.parentElement !== dialog) dialog.append(this.#toast.root, this.#liveRegion);
    this.#requestCards();
    this.#clock.tick();
  }

  /**
   * @param {string} id of the image that was shown last
   * @param {number} index of the image among those with an image
   */
  #onLightboxClosed(id, index) {
    this.#root.append(this.#toast.root, this.#liveRegion);
    this.#list.focus(this.#list.view(id) ?? this.#list.withImage[index]);
  }

  destroy() {
    removeEventListener(STRANGER, this.#giveUp);
    this.#endKeys();
    this.#marquee.destroy();
    this.#clock.stop();
    this.#updates.destroy();
    this.#lightboxReturn.destroy();
    this.#viewport.destroy();
    this.#queue.destroy();
    this.#loader.cancel();
    this.#lightbox.destroy();
    this.#root.remove();
  }
}

export default mountComponent((parent) => new ImageGrid(parent));
