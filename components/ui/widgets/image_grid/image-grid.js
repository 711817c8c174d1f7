/**
 * The sheet: keeps its cards in step with what Python sends, and says what was done with them.
 */

import { ActionQueue } from "../../streamlit_internals/action-queue.js";
import { CardView } from "./card.js";
import { Clock } from "./clock.js";
import { copyPicture, copyPrompt } from "./copy.js";
import { doKey } from "./keys.js";
import { Lightbox } from "./lightbox.js";
import { CardMenu } from "./menu.js";
import { announcement, showUnseen, unreadIds } from "./title-badge.js";
import { CardLoader } from "./card-loader.js";
import { UpdateSubscription } from "./live-updates.js";
import { Sections } from "./sections.js";
import { Selection } from "./selection.js";
import { ViewportTracker } from "./viewport.js";
import { Toast } from "./toast.js";
import { fillTools } from "./toolbar.js";
import { LightboxReturn } from "./lightbox-return.js";
import { element, setText } from "../shared/dom.js";
import { mountComponent } from "../../streamlit_internals/mount.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const JUST_MS = 5000; // old enough to have been asked for in this window
/** @type {Set<string>} By id, as a sheet that is made anew knows nothing. */
const followed = new Set();
const LEADS_TO_TABLE = new Set(["compare", "lineage"]);
const DIMMED_BY = new Set(["delete", "dismiss", "restore", "purge"]); // the card is about to leave

class ImageGrid {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    /** @type {Map<string, CardView>} */
    this.views = new Map();
    this.order = [];
    this.pushes = new UpdateSubscription({
      isBusy: () => this.acts.busy,
      isWaiting: () => this.order.some((view) => view.isWaiting),
      tell: (version) => this.component.setTriggerValue("changed", version),
    });
    this.clock = new Clock(() => this.order);
    this.wayBack = new LightboxReturn((id) => this.views.has(id) && this.openLightbox(id));
    this.acts = new ActionQueue((act) => this.component.setTriggerValue("action", act), () => this.onLost());
    this.places = new CardLoader((view) => this.component.setStateValue("view", view));
    this.act = (verb, card, control) => this.onAct(verb, card, control);
    this.live = element("div", "kx-grid-live-region");
    this.live.setAttribute("aria-live", "polite");
    this.sections = new Sections();
    this.empty = element("p", "kx-grid-empty-text");
    const ghosts = element("div", "kx-grid-empty-shapes", element("i", ""), element("i", ""), element("i", ""));
    this.nothing = element("div", "kx-grid-empty", ghosts, this.empty);
    this.tools = element("div", "kx-grid-toolbar");
    this.snack = new Toast(() => this.onSnackUndo());
    this.menu = new CardMenu(this.act);
    this.selection = new Selection({
      cards: () => this.order.map((view) => view.card),
      mark: (ids, isOn) => this.markSelected(ids, isOn),
      act: (verb, ids) => {
        this.wayBack.id = "";
        this.send(verb, ids);
      },
      say: (words) => this.snack.say(words),
      focus: () => this.current?.element.focus({ preventScroll: true }),
    });
    const floating = [this.selection.bar, this.menu.root, this.snack.root];
    this.root = element("div", "kx-grid", this.tools, this.nothing, this.sections.root, this.live, ...floating);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("focusin", (event) => this.onFocus(event));
    this.lightbox = new Lightbox({
      cards: () => this.pictured.map((view) => view.card),
      act: this.act,
      onLook: () => this.onLook(),
      undo: () => this.undo(),
      onClose: (id) => this.onLightboxClosed(id),
    });
    this.root.append(this.lightbox.dialog);
    parent.append(this.root);
    this.sight = new ViewportTracker(this.root, () => this.order, () => this.want());
  }

  /** @param {{data: {sheet: string}, setTriggerValue: Function, setStateValue: Function}} component */
  update(component) {
    this.component = component;
    const sheet = JSON.parse(component.data.grid);
    const isFirst = !this.sheet;
    this.sheet = sheet;
    this.clock.set(sheet.now_ms);
    this.root.dataset.layout = sheet.layout;
    this.acts.heard(sheet.last_nonce);
    this.pushes.listen(sheet.push_url);
    this.drawCards(this.places.read(sheet), isFirst);
    this.drawAround();
    this.selection.read(sheet);
    this.snack.offer(sheet.undo);
    this.lightbox.kin.read(sheet.related, sheet.action_sets);
    this.lightbox.draw();
    this.wayBack.update(sheet.dialog_open);
    this.sight.look();
    this.want();
    showUnseen();
    this.clock.tick();
  }

  /** What stands around the cards: the tools above, and the words where there is no card. */
  drawAround() {
    const { layout, bulk_actions, empty } = this.sheet;
    const isEmpty = this.order.length === 0;
    this.tools.hidden = layout !== "grid" || isEmpty;
    if (!this.tools.hidden && !this.tools.childElementCount) fillTools(this.tools, this.root, bulk_actions && this.selection);
    this.nothing.hidden = !isEmpty || !empty;
    setText(this.empty, empty);
  }

  get pictured() {
    return this.order.filter((view) => view.hasPicture);
  }

  drawCards(cards, isFirst) {
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const focusedPlace = this.order.findIndex((view) => view.element.contains(focused));
    const focusedView = this.order[focusedPlace];
    this.forgetAllBut(new Set(cards.map((card) => card.id)));
    const texts = [];
    const wereThere = new Set(this.views.keys());
    this.order = cards.map((card) => this.drawCard(card, isFirst, texts));
    this.sections.draw(this.order);
    this.root.classList.toggle("kx-grid-has-headings", Boolean(this.order[0]?.card.group));
    if (texts.length) this.live.textContent = texts.join("\n");
    // A card keeps the keys when it moves or offers their button no more; gone, it hands them on.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    else if (focusedView?.element.isConnected && !focused.isConnected) this.focusCard(focusedView);
    else if (focusedView && !focused.isConnected) this.focusCard(this.order[Math.min(focusedPlace, this.order.length - 1)]);
    this.current = this.views.get(this.current?.card.id) ?? this.order[0];
    this.current?.needBar();
    this.current?.stopTabs(true);
    this.focusWhatCameBack(wereThere);
    if (this.sheet.scroll_to_new) this.follow(this.order.find((view) => view.isWaiting));
  }

  forgetAllBut(ids) {
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.views.delete(id);
    }
  }

  /** On a phone the feed stands below the form: what was just asked for comes onto the screen. */
  follow(view) {
    const isNew = view && Date.now() + this.clock.ahead - view.card.created_ms < JUST_MS && !followed.has(view.card.id);
    if (!isNew) return;
    followed.add(view.card.id);
    const isTyping = document.activeElement?.matches("input, textarea");
    if (isTyping || view.element.getBoundingClientRect().top < innerHeight) return;
    view.element.scrollIntoView({ block: "center", behavior: STILL.matches ? "auto" : "smooth" });
  }

  drawCard(card, isFirst, texts) {
    // By what the row says: its place among the rows changes when another card comes.
    const text = this.sheet.layout + JSON.stringify({ ...card, actions: 0 });
    let view = this.views.get(card.id);
    if (!view) {
      view = new CardView(
        this.act,
        (event, pressed) => this.onPress(event, pressed),
        (ticked) => this.selection.toggle(ticked.id),
      );
      this.views.set(card.id, view);
      if (!isFirst && !card.bare) view.element.classList.add("kx-grid-new");
    }
    if (!this.acts.busy) view.element.classList.remove("kx-grid-leaving"); // else it may yet have to go
    if (view.text === text) return view;
    const ending = announcement(view.card, card);
    if (ending) texts.push(ending);
    if (ending && card.state === "done" && document.hidden) unreadIds.add(card.id);
    view.update(card, this.sheet.layout);
    view.text = text;
    return view;
  }

  /** Ask Python for the cards that are near the screen, and for what the lightbox shows. */
  want() {
    if (!this.sheet.placeholders) return;
    // Who is at the table still has the picture in hand, and nothing new is to be asked for.
    const looking = this.lightbox.dialog.open ? this.lightbox.id : this.wayBack.id;
    const place = this.order.findIndex((view) => view.card.id === looking);
    const near = place < 0 ? this.sight.near : { first: Math.max(0, place - 1), end: place + 2 };
    const cards = this.order.slice(near.first, near.end).map((view) => view.card);
    this.places.want(cards, near.first, looking);
  }

  onLook() {
    const { dialog } = this.lightbox;
    // What is said while the lightbox is open: outside of it nothing is heard or pressed.
    if (this.snack.root.parentElement !== dialog) dialog.append(this.snack.root, this.live);
    this.want();
  }

  onLightboxClosed(id) {
    this.root.append(this.snack.root, this.live);
    this.focusCard(this.views.get(id) ?? this.pictured[this.lightbox.index]);
  }

  onPress(event, card) {
    if (!this.selection.press(event, card.id) && this.views.get(card.id)?.hasPicture) this.openLightbox(card.id);
  }

  onAct(verb, card, control) {
    if (LEADS_TO_TABLE.has(verb)) this.wayBack.id = this.lightbox.dialog.open ? this.lightbox.id : "";
    const copies = { copy_prompt: copyPrompt, copy_picture: copyPicture };
    if (verb === "more") this.menu.open(control, card);
    else if (copies[verb]) copies[verb](card).then((words) => this.snack.say(words), () => this.snack.say("The browser did not allow the copy"));
    else this.send(verb, verb === "delete" && !this.lightbox.dialog.open ? [card.id, ...(card.variant_ids ?? [])] : [card.id]);
  }

  send(verb, ids) {
    const views = ids.flatMap((id) => this.views.get(id) ?? []);
    if (verb === "delete" || verb === "dismiss") this.thrown = ids;
    if (DIMMED_BY.has(verb)) for (const view of views) view.element.classList.add("kx-grid-leaving");
    // Shown before Python says so: a star that comes late feels like a press that was lost.
    const isStarred = views.every((view) => view.card.starred);
    if (verb === "star") for (const view of views) this.showStar(view, !isStarred);
    this.acts.add(verb, ids);
  }

  /** Nothing came back: the cards stand again as Python last said. */
  onLost() {
    this.drawCards(this.places.read(this.sheet), false);
    this.snack.say("That did not reach the studio. Try again.");
  }

  showStar(view, starred) {
    view.update({ ...view.card, starred }, this.sheet.layout);
    view.text = "";
    if (this.lightbox.card?.id === view.card.id) this.lightbox.bar.querySelector("[data-verb=star]")?.setAttribute("aria-pressed", String(starred));
  }

  /** The button hides with its press and drops the focus, which goes to what comes back. */
  onSnackUndo() {
    this.comingBack = this.thrown;
    this.acts.add("undo", []);
  }

  focusWhatCameBack(wereThere) {
    const id = this.comingBack?.find((known) => this.views.has(known) && !wereThere.has(known));
    if (!id) return;
    this.comingBack = null;
    if (document.activeElement === document.body && !this.lightbox.dialog.open) this.focusCard(this.views.get(id));
  }

  undo() {
    // A deletion that is still on its way can be taken back as well: undo follows it in the queue.
    if (!this.sheet.undo && !this.acts.busy) return;
    this.snack.hide();
    this.acts.add("undo", []);
  }

  markSelected(ids, isOn) {
    this.root.classList.toggle("kx-grid-selecting", isOn);
    for (const view of this.order) view.select(ids.has(view.card.id));
  }

  openLightbox(id) {
    this.makeCurrent(this.views.get(id));
    this.lightbox.open(id);
  }

  makeCurrent(view) {
    if (!view || this.current === view) return;
    this.current?.stopTabs(false);
    this.current = view;
    view.needBar();
    view.stopTabs(true);
  }

  focusCard(view) {
    if (!view) return;
    this.makeCurrent(view);
    view.element.focus();
    view.element.scrollIntoView({ block: "nearest" });
  }

  onFocus(event) {
    this.makeCurrent(this.views.get(event.target.closest(".kx-grid-card")?.dataset.id));
  }

  onKey(event) {
    const view = this.views.get(event.target.closest(".kx-grid-card")?.dataset.id);
    if (!view || event.altKey || !doKey(this, event, view)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    this.clock.stop();
    this.pushes.stop();
    this.wayBack.destroy();
    this.sight.destroy();
    this.acts.destroy();
    this.places.forgetWish();
    this.lightbox.destroy();
    this.root.remove();
  }
}

export default mountComponent((parent) => new ImageGrid(parent));
