/**
 * One card: draws a task from waiting to picture, in place, without a change of layout.
 *
 * @typedef {{verb: string, label: string, icon: string}} SheetAction
 * @typedef {object} SheetCard as `cards.py` says; what is empty is missing
 * @property {string} id
 * @property {string} state
 * @property {SheetAction[]} row what can be done with it
 * @property {boolean} [bare] only its place is known so far
 */

import { fillActions } from "./bar.js";
import { icon } from "./icons.js";
import { appUrl } from "../shared/address.js";
import { element, say, showBehind } from "../shared/elements.js";
import { DAY_FORMAT, durationText, leftText, momentText } from "../shared/times.js";

export const WAITING_STATES = new Set(["queued", "generating"]);
const FEED_RATIO = 4 / 3; // of every frame of the feed, so that a row is level
const NEAR_RATIO = 1.12; // a picture this near to its frame fills it
const TOUCH = matchMedia("(hover: none)");
const MORE = { verb: "more", label: "More", icon: "more" };

export class CardView {
  /**
   * @param {(verb: string, card: SheetCard, control: HTMLElement) => void} act
   * @param {(event: MouseEvent, card: SheetCard) => void} onPress on the picture
   * @param {(card: SheetCard) => void} onTick the card's mark of selection
   */
  constructor(act, onPress, onTick) {
    Object.assign(this, { act, onPress, onTick });
    this.inSight = false;
    this.hasBar = false;
    this.isSelected = false;
    this.element = element("article", "kx-sheet-card");
    this.element.tabIndex = -1;
    this.element.addEventListener("pointerenter", () => this.needBar());
    // A card that is moved later must not arrive again.
    this.element.addEventListener("animationend", () => this.element.classList.remove("kx-sheet-new"));
  }

  /** What is inside is made when it is needed: a thousand whole cards have 25,000 elements. */
  build() {
    this.box = element("div", "kx-sheet-box");
    this.mat = element("div", "kx-sheet-mat");
    this.before = element("div", "kx-sheet-before");
    this.opener = element("button", "kx-sheet-open");
    this.opener.type = "button";
    this.opener.tabIndex = -1; // the card itself is the stop of the Tab key
    this.mark = element("span", "kx-sheet-mark", icon("star"));
    this.check = element("button", "kx-sheet-check", icon("check"));
    Object.assign(this.check, { type: "button", title: "Select (X)", tabIndex: -1 });
    this.check.setAttribute("aria-label", "Select");
    this.check.setAttribute("aria-pressed", String(this.isSelected));
    this.check.addEventListener("click", (event) => (event.shiftKey ? this.onPress(event, this.card) : this.onTick(this.card)));
    this.stack = element("span", "kx-sheet-stack");
    this.clock = element("span", "kx-sheet-clock");
    this.bar = element("div", "kx-sheet-bar");
    this.frame = element("div", "kx-sheet-frame", this.mat, this.box, this.before, this.opener, this.mark, this.check, this.stack, this.clock, this.bar);
    // The whole frame opens, so that the picture itself can be pressed; the button is for readers.
    this.frame.addEventListener("click", (event) => {
      const isOther = this.bar.contains(event.target) || this.check.contains(event.target);
      if (!isOther) this.onPress(event, this.card);
    });
    this.prompt = element("p", "kx-sheet-prompt");
    this.prompt.dir = "auto";
    this.details = element("span", "kx-sheet-details");
    this.moment = element("span", "kx-sheet-moment");
    this.caption = element("div", "kx-sheet-caption", this.prompt, element("p", "kx-sheet-facts", this.details, this.moment));
    this.element.append(this.frame, this.caption);
  }

  get isWaiting() {
    return WAITING_STATES.has(this.card.state);
  }

  /** Whether its file was asked for and is not there. */
  get isMissing() {
    return this.element.classList.contains("kx-sheet-missing");
  }

  /** Whether there is a picture to open. */
  get hasPicture() {
    return this.card.state === "done" && Boolean(this.card.thumbnail_url ?? this.card.picture_url) && !this.isMissing;
  }

  /**
   * @param {SheetCard} card
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
    style.setProperty("--kx-sheet-ratio", String(ratio));
    this.element.classList.toggle("kx-sheet-starred", Boolean(card.starred));
    this.element.setAttribute("aria-label", card.bare ? "Picture" : `${card.state_word}: ${card.prompt}`);
    this.element.classList.toggle("kx-sheet-stacked", Boolean(card.behind?.length));
    if (this.frame || layout === "feed") this.draw();
  }

  /** Draw what is inside. */
  draw() {
    if (!this.frame) this.build();
    const { card } = this;
    const variants = (card.behind?.length ?? 0) + 1;
    say(this.stack, variants > 1 ? String(variants) : "");
    this.stack.title = `${variants} variants`;
    say(this.clock, card.expires_ms ? leftText(card.expires_ms - Date.now()) : "");
    this.clock.title = card.expires_ms ? `Until ${DAY_FORMAT.format(card.expires_ms)}` : "";
    say(this.prompt, card.prompt ?? "");
    this.prompt.title = card.prompt ?? "";
    say(this.details, (card.details ?? []).join(" · "));
    this.details.title = card.note ?? "";
    this.details.classList.toggle("kx-sheet-noted", Boolean(card.note));
    say(this.moment, momentText(card));
    showBehind(this.before, appUrl(card.before_thumbnail_url));
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
    this.element.classList.remove("kx-sheet-loaded", "kx-sheet-missing");
    showBehind(this.mat, null);
    if (!url) return;
    const picture = new Image();
    Object.assign(picture, { className: "kx-sheet-picture", alt: this.card.alt, loading: "lazy", decoding: "async", draggable: false });
    // What came of a picture that has been taken away since is nothing to this card.
    picture.addEventListener("load", () => this.picture === picture && this.showPicture());
    picture.addEventListener("error", () => this.picture === picture && this.showMissing());
    picture.src = url;
    this.picture = picture;
    this.box.append(picture);
    if (picture.complete && picture.naturalWidth) this.element.classList.add("kx-sheet-loaded"); // seen before
  }

  showPicture() {
    this.element.classList.add("kx-sheet-loaded");
    if (this.element.dataset.fit === "whole") showBehind(this.mat, this.pictureUrl);
  }

  showMissing() {
    this.element.classList.add("kx-sheet-missing");
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
      say(this.headline, "The file is missing on this server");
      say(this.advice, "Its prompt and settings are kept.");
    } else {
      say(this.headline, card.headline ?? card.state_word ?? "");
      say(this.advice, card.advice ?? "");
    }
    this.advice.title = this.advice.textContent;
  }

  dropWords() {
    this.words?.remove();
    this.drift?.remove();
    this.words = this.drift = this.elapsed = null;
  }

  makeWords(kind, drawn) {
    this.headline = element("p", "kx-sheet-headline");
    this.advice = element("p", "kx-sheet-advice");
    const words = element("div", `kx-sheet-words kx-sheet-words-${kind}`);
    words.dataset.drawn = drawn;
    if (kind === "problem") {
      words.append(icon(drawn), this.headline, this.advice);
      return words;
    }
    this.elapsed = element("span", "kx-sheet-elapsed");
    this.progress = element("span", "kx-sheet-progress-line");
    this.drift = element("div", "kx-sheet-drift");
    this.box.prepend(this.drift);
    words.append(
      element("div", "kx-sheet-status", this.headline, this.elapsed),
      this.advice,
      element("div", "kx-sheet-progress", this.progress),
    );
    return words;
  }

  /** @param {number} now epoch milliseconds by the server's clock */
  tick(now) {
    if (!this.elapsed || this.card.bare) return;
    const since = this.card.started_ms ?? this.card.created_ms;
    say(this.elapsed, durationText(now - since));
    const expected = this.card.started_ms ? (this.card.expected_seconds ?? 0) : 0;
    this.progress.parentElement.hidden = !expected;
    // Fast at first, then ever slower: 0.67 at the expected time, never more than 0.94.
    if (expected) this.progress.style.transform = `scaleX(${0.94 * (1 - Math.exp((-1.25 * (now - since)) / (expected * 1000)))})`;
  }

  /** @param {boolean} isSelected */
  select(isSelected) {
    if (this.isSelected === isSelected) return;
    this.isSelected = isSelected;
    this.element.classList.toggle("kx-sheet-selected", isSelected);
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
    this.element.classList.remove("kx-sheet-loaded", "kx-sheet-missing");
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
