/**
 * One card: draws a task from waiting to picture, in place, without a change of layout.
 *
 * @typedef {{verb: string, label: string, icon: string}} Action
 * @typedef {object} Card as `cards.py` says; what is empty is missing
 * @property {string} id
 * @property {string} state
 * @property {Action[]} row what can be done with it
 * @property {boolean} [bare] only its place is known so far
 */

import { fillActions } from "./action-bar.js";
import { icon } from "./icons.js";
import { appUrl } from "../shared/urls.js";
import { element, setText, setBackground } from "../shared/dom.js";
import { DAY_FORMAT, durationText, leftText, momentText } from "../shared/format-time.js";

export const WAITING_STATES = new Set(["queued", "generating"]);
const FEED_RATIO = 4 / 3; // of every frame of the feed, so that a row is level
const NEAR_RATIO = 1.12; // a picture this near to its frame fills it
const TOUCH = matchMedia("(hover: none)");
const MORE = { verb: "more", label: "More", icon: "more" };

export class CardView {
  /**
   * @param {(verb: string, card: Card, control: HTMLElement) => void} act
   * @param {(event: MouseEvent, card: Card) => void} onPress on the picture
   * @param {(card: Card) => void} onTick the card's mark of selection
   */
  constructor(act, onPress, onTick) {
    Object.assign(this, { act, onPress, onTick });
    this.inSight = false;
    this.hasBar = false;
    this.isSelected = false;
    this.element = element("article", "kx-grid-card");
    this.element.tabIndex = -1;
    this.element.addEventListener("pointerenter", () => this.needBar());
    // A card that is moved later must not arrive again.
    this.element.addEventListener("animationend", () => this.element.classList.remove("kx-grid-new"));
  }

  /** What is inside is made when it is needed: a thousand whole cards have 25,000 elements. */
  build() {
    this.box = element("div", "kx-grid-image-box");
    this.mat = element("div", "kx-grid-backdrop");
    this.before = element("div", "kx-grid-before");
    this.opener = element("button", "kx-grid-open");
    this.opener.type = "button";
    this.opener.tabIndex = -1; // the card itself is the stop of the Tab key
    this.mark = element("span", "kx-grid-star", icon("star"));
    this.check = element("button", "kx-grid-checkbox", icon("check"));
    Object.assign(this.check, { type: "button", title: "Select (X)", tabIndex: -1 });
    this.check.setAttribute("aria-label", "Select");
    this.check.setAttribute("aria-pressed", String(this.isSelected));
    this.check.addEventListener("click", (event) => (event.shiftKey ? this.onPress(event, this.card) : this.onTick(this.card)));
    this.stack = element("span", "kx-grid-variant-count");
    this.clock = element("span", "kx-grid-expiry");
    this.bar = element("div", "kx-grid-actions");
    this.frame = element("div", "kx-grid-frame", this.mat, this.box, this.before, this.opener, this.mark, this.check, this.stack, this.clock, this.bar);
    // The whole frame opens, so that the picture itself can be pressed; the button is for readers.
    this.frame.addEventListener("click", (event) => {
      const isOther = this.bar.contains(event.target) || this.check.contains(event.target);
      if (!isOther) this.onPress(event, this.card);
    });
    this.prompt = element("p", "kx-grid-prompt");
    this.prompt.dir = "auto";
    this.details = element("span", "kx-grid-details");
    this.moment = element("span", "kx-grid-time");
    this.caption = element("div", "kx-grid-caption", this.prompt, element("p", "kx-grid-facts", this.details, this.moment));
    this.element.append(this.frame, this.caption);
  }

  get isWaiting() {
    return WAITING_STATES.has(this.card.state);
  }

  /** Whether its file was asked for and is not there. */
  get isMissing() {
    return this.element.classList.contains("kx-grid-missing");
  }

  /** Whether there is a picture to open. */
  get hasPicture() {
    return this.card.state === "done" && Boolean(this.card.thumbnail_url ?? this.card.picture_url) && !this.isMissing;
  }

  /**
   * @param {Card} card
   * @param {"feed" | "grid"} layout
   */
  update(card, layout) {
    this.card = card;
    this.layout = layout;
    const { dataset, style } = this.element;
    const ratio = card.width_px && card.height_px ? card.width_px / card.height_px : 1;
    const frame = layout === "feed" ? FEED_RATIO : ratio;
    dataset.id = card.id;
    dataset.state = card.state;
    dataset.kind = card.state === "done" ? "picture" : this.isWaiting ? "waiting" : "problem";
    dataset.fit = Math.max(ratio / frame, frame / ratio) <= NEAR_RATIO ? "fill" : "whole";
    dataset.shape = ratio < (layout === "feed" ? FEED_RATIO : 1) ? "tall" : "wide";
    style.setProperty("--kx-grid-ratio", String(ratio));
    this.element.classList.toggle("kx-grid-starred", Boolean(card.starred));
    this.element.setAttribute("aria-label", card.bare ? "Picture" : `${card.state_word}: ${card.prompt}`);
    this.element.classList.toggle("kx-grid-has-variants", Boolean(card.variant_ids?.length));
    if (this.frame || layout === "feed") this.draw();
  }

  /** Draw what is inside. */
  draw() {
    if (!this.frame) this.build();
    const { card } = this;
    const variants = (card.variant_ids?.length ?? 0) + 1;
    setText(this.stack, variants > 1 ? String(variants) : "");
    this.stack.title = `${variants} variants`;
    setText(this.clock, card.expires_ms ? leftText(card.expires_ms - Date.now()) : "");
    this.clock.title = card.expires_ms ? `Until ${DAY_FORMAT.format(card.expires_ms)}` : "";
    setText(this.prompt, card.prompt ?? "");
    this.prompt.title = card.prompt ?? "";
    setText(this.details, (card.details ?? []).join(" · "));
    this.details.title = card.note ?? "";
    this.details.classList.toggle("kx-grid-has-note", Boolean(card.note));
    setText(this.moment, momentText(card));
    setBackground(this.before, appUrl(card.before_thumbnail_url));
    this.before.hidden = !card.before_thumbnail_url;
    this.drawPicture();
    this.drawWords();
    if (this.hasBar) this.fillBar();
    else if (this.inSight) this.comeIntoSight();
  }

  drawPicture() {
    const url = this.card.state === "done" ? appUrl(this.card.thumbnail_url ?? this.card.picture_url) : null;
    this.opener.hidden = !url || (this.pictureUrl === url && this.isMissing);
    this.opener.setAttribute("aria-label", `Open picture: ${this.card.prompt}`);
    if (this.picture && this.pictureUrl === url) {
      this.picture.alt = this.card.alt;
      return;
    }
    this.picture?.remove();
    this.picture = null;
    this.pictureUrl = url;
    this.element.classList.remove("kx-grid-loaded", "kx-grid-missing");
    setBackground(this.mat, null);
    if (!url) return;
    const picture = new Image();
    Object.assign(picture, { className: "kx-grid-image", alt: this.card.alt, loading: "lazy", decoding: "async", draggable: false });
    // What came of a picture that has been taken away since is nothing to this card.
    picture.addEventListener("load", () => this.picture === picture && this.showPicture());
    picture.addEventListener("error", () => this.picture === picture && this.showMissing());
    picture.src = url;
    this.picture = picture;
    this.box.append(picture);
    if (picture.complete && picture.naturalWidth) this.element.classList.add("kx-grid-loaded"); // seen before
  }

  showPicture() {
    this.element.classList.add("kx-grid-loaded");
    if (this.element.dataset.fit === "whole") setBackground(this.mat, this.pictureUrl);
  }

  showMissing() {
    this.element.classList.add("kx-grid-missing");
    this.picture.remove();
    this.opener.hidden = true;
    this.drawWords();
    this.needBar();
  }

  /** What stands in the frame while there is no picture to see. */
  drawWords() {
    const { card } = this;
    const kind = this.isMissing ? "problem" : this.element.dataset.kind;
    if (kind === "picture") {
      this.dropWords();
      return;
    }
    const drawn = this.isMissing ? "missing" : card.state;
    if (this.words?.dataset.drawn !== drawn) {
      this.dropWords();
      this.words = this.makeWords(kind, drawn);
      this.frame.insertBefore(this.words, this.bar);
    }
    if (this.isMissing) {
      setText(this.headline, "The file is missing on this server");
      setText(this.advice, "Its prompt and settings are kept.");
    } else {
      setText(this.headline, card.headline ?? card.state_word ?? "");
      setText(this.advice, card.advice ?? "");
    }
    this.advice.title = this.advice.textContent;
  }

  dropWords() {
    this.words?.remove();
    this.drift?.remove();
    this.words = this.drift = this.elapsed = null;
  }

  makeWords(kind, drawn) {
    this.headline = element("p", "kx-grid-headline");
    this.advice = element("p", "kx-grid-advice");
    const words = element("div", `kx-grid-message kx-grid-message-${kind}`);
    words.dataset.drawn = drawn;
    if (kind === "problem") {
      words.append(icon(drawn), this.headline, this.advice);
      return words;
    }
    this.elapsed = element("span", "kx-grid-elapsed");
    this.progress = element("span", "kx-grid-progress-bar");
    this.drift = element("div", "kx-grid-shimmer");
    this.box.prepend(this.drift);
    words.append(
      element("div", "kx-grid-status", this.headline, this.elapsed),
      this.advice,
      element("div", "kx-grid-progress", this.progress),
    );
    return words;
  }

  /** @param {number} now epoch milliseconds by the server's clock */
  tick(now) {
    if (!this.elapsed || this.card.bare) return;
    const since = this.card.started_ms ?? this.card.created_ms;
    setText(this.elapsed, durationText(now - since));
    const expected = this.card.started_ms ? (this.card.expected_seconds ?? 0) : 0;
    this.progress.parentElement.hidden = !expected;
    // Fast at first, then ever slower: 0.67 at the expected time, never more than 0.94.
    if (expected) this.progress.style.transform = `scaleX(${0.94 * (1 - Math.exp((-1.25 * (now - since)) / (expected * 1000)))})`;
  }

  /** @param {boolean} isSelected */
  select(isSelected) {
    if (this.isSelected === isSelected) return;
    this.isSelected = isSelected;
    this.element.classList.toggle("kx-grid-selected", isSelected);
    this.check?.setAttribute("aria-pressed", String(isSelected));
  }

  /** Buttons that are seen at once are made now, those of a grid when it is pointed at. */
  comeIntoSight() {
    this.inSight = true;
    if (!this.frame) this.draw();
    const isSeen = this.layout === "feed" || this.element.dataset.kind !== "picture" || TOUCH.matches;
    if (isSeen || this.isMissing) this.needBar();
  }

  /** Nothing in a grid is kept for a card that is far away, unless the keys are at it. */
  leaveSight() {
    this.inSight = false;
    if (this.layout === "feed" || !this.frame || this.element.tabIndex === 0) return;
    this.element.replaceChildren();
    this.element.classList.remove("kx-grid-loaded", "kx-grid-missing");
    this.frame = this.picture = this.pictureUrl = this.words = this.drift = this.elapsed = null;
    this.hasBar = false;
  }

  /** A thousand cards would have nine thousand buttons. */
  needBar() {
    if (this.hasBar) return;
    this.hasBar = true;
    if (this.frame) this.fillBar();
    else this.draw();
  }

  fillBar() {
    const major = this.card.row.filter((action) => !action.minor);
    fillActions(this.bar, major.length < this.card.row.length ? [...major, MORE] : major, this.card, this.act);
    this.stopTabs(this.element.tabIndex === 0);
  }

  /** @param {boolean} isStop whether the Tab key stops here and at this card's buttons */
  stopTabs(isStop) {
    this.element.tabIndex = isStop ? 0 : -1;
    for (const control of this.bar?.children ?? []) control.tabIndex = isStop ? 0 : -1;
  }
}
