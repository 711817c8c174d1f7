/**
 * One card: draws a task from waiting to image, in place, without a change of layout.
 */

import { ActionBar } from "./action-bar.js";
import { cardKind, thumbnailSources, withVariants } from "./card-data.js";
import { CardMessage } from "./card-message.js";
import { icon } from "./icons.js";
import { button, element, setBackground, setText } from "../shared/dom.js";
import { formatDateTime, formatTimeLeft } from "../shared/format-time.js";
import { retryPicture } from "../shared/picture-retry.js";
import { appUrl } from "../shared/urls.js";

/** @import { Act, Card } from "./types.js" */

const TOUCH = matchMedia("(hover: none)");
const MORE = { verb: "more", label: "More", icon: "more" };

/** What is inside a card. A thousand whole cards would have 25,000 elements. */
class CardContent {
  imageBox = element("div", "kx-grid-image-box");
  before = element("div", "kx-grid-before");
  opener = button("kx-grid-open");
  star = element("span", "kx-grid-star", icon("star"));
  checkbox = button("kx-grid-checkbox", icon("check"));
  variantCount = element("span", "kx-grid-variant-count");
  expiry = element("span", "kx-grid-expiry");
  actions = element("div", "kx-grid-actions");
  frame = element(
    "div",
    "kx-grid-frame",
    this.imageBox,
    this.before,
    this.opener,
    this.star,
    this.checkbox,
    this.variantCount,
    this.expiry,
    this.actions,
  );
  prompt = element("p", "kx-grid-prompt");
  caption = element("div", "kx-grid-caption", this.prompt);
  name = element("p", "kx-grid-name");
  /** @type {HTMLImageElement | null} */
  image = null;
  /** @type {string | null} */
  imageUrl = null;
  /** @type {CardMessage | null} */
  message = null;

  constructor() {
    this.opener.tabIndex = -1; // the card itself is the stop of the Tab key
    this.checkbox.tabIndex = -1;
    this.checkbox.title = "Select (X)";
    this.checkbox.setAttribute("aria-label", "Select");
    this.prompt.dir = "auto";
  }
}

export class CardView {
  element = element("article", "kx-grid-card");
  /** Whether it is near the screen. */
  isNear = false;
  /** What was drawn last, to see whether a card has changed. */
  drawn = "";
  #handlers;
  #layout = "feed";
  #isSelected = false;
  /** @type {CardContent | null} Made when it is needed. */
  #content = null;
  /** @type {ActionBar | null} Made when it is needed: a thousand cards would have 9,000 buttons. */
  #actionBar = null;

  /**
   * @param {Card} card
   * @param {object} handlers
   * @param {Act} handlers.act
   * @param {(event: MouseEvent, card: Card) => void} handlers.onPress on the image
   * @param {(card: Card) => void} handlers.onToggle on the checkbox
   */
  constructor(card, handlers) {
    this.card = card;
    this.#handlers = handlers;
    this.element.tabIndex = -1;
    this.element.addEventListener("pointerenter", () => this.showActions());
    // A card that moves later must not play its entry again.
    this.element.addEventListener("animationend", () => this.element.classList.remove("kx-grid-new"));
  }

  /** Whether its file was requested and is not there. */
  get isMissing() {
    return this.element.classList.contains("kx-grid-missing");
  }

  /** URL of the thumbnail that the browser has loaded, or null. */
  get loadedUrl() {
    return (this.element.classList.contains("kx-grid-loaded") && this.#content?.image?.currentSrc) || null;
  }

  /**
   * Say how wide the image is shown. Chromium takes one whose width is "auto" for as wide as the
   * screen once it leaves the page, and then loads the larger thumbnail.
   */
  fixImageWidth() {
    const image = this.#content?.image;
    if (image?.srcset && image.clientWidth) image.sizes = `${image.clientWidth}px`;
  }

  /** Whether there is an image to open. */
  get hasImage() {
    const { state, thumbnail_url: thumbnail, picture_url: image } = this.card;
    return state === "done" && Boolean(thumbnail ?? image) && !this.isMissing;
  }

  /** Whether its seconds must tick. */
  get isTicking() {
    return this.#content?.message?.kind === "waiting";
  }

  /**
   * @param {Card} card
   * @param {"feed" | "grid"} layout
   */
  update(card, layout) {
    this.card = card;
    this.#layout = layout;
    const { classList, dataset, style } = this.element;
    const ratio = card.width_px && card.height_px ? card.width_px / card.height_px : 1;
    dataset.id = card.id;
    dataset.state = card.state;
    dataset.kind = cardKind(card);
    dataset.shape = ratio < 1 ? "tall" : "wide";
    style.setProperty("--kx-grid-ratio", String(ratio));
    classList.toggle("kx-grid-starred", Boolean(card.starred));
    classList.toggle("kx-grid-has-variants", withVariants(card).length > 1);
    const facts = [card.caption, card.state_word].filter(Boolean).join(", ");
    const words = [facts, card.prompt].filter(Boolean).join(": ");
    const label = card.isPlaceholder ? "Picture" : words;
    this.element.setAttribute("aria-label", label);
    if (this.#content || layout === "feed") this.#draw();
  }

  #build() {
    const content = new CardContent();
    content.checkbox.setAttribute("aria-pressed", String(this.#isSelected));
    content.checkbox.addEventListener("click", (event) => {
      if (event.shiftKey) this.#handlers.onPress(event, this.card);
      else this.#handlers.onToggle(this.card);
    });
    // The whole frame opens, so that the image itself can be pressed; the opener is for readers.
    content.frame.addEventListener("click", (event) => {
      const { target } = event;
      const isOnControl =
        target instanceof Node &&
        (content.actions.contains(target) || content.checkbox.contains(target));
      if (!isOnControl) this.#handlers.onPress(event, this.card);
    });
    this.element.append(content.frame, content.caption, content.name);
    return content;
  }

  #draw() {
    const content = (this.#content ??= this.#build());
    const { card } = this;
    const variants = withVariants(card).length;
    setText(content.variantCount, variants > 1 ? String(variants) : "");
    content.variantCount.title = `${variants} variants`;
    setText(content.expiry, card.expires_ms ? formatTimeLeft(card.expires_ms - Date.now()) : "");
    content.expiry.title = card.expires_ms ? `Until ${formatDateTime(card.expires_ms)}` : "";
    setText(content.prompt, card.prompt);
    content.prompt.title = card.prompt;
    setText(content.name, card.caption ?? "");
    content.name.hidden = !card.caption;
    setBackground(content.before, appUrl(card.before_thumbnail_url));
    content.before.hidden = !card.before_thumbnail_url;
    this.#drawImage(content);
    this.#drawMessage(content);
    if (this.#actionBar) this.#fillActions(this.#actionBar);
    else if (this.isNear) this.enterViewport();
  }

  /** @param {CardContent} content */
  #drawImage(content) {
    const { card } = this;
    const url = card.state === "done" ? appUrl(card.thumbnail_url ?? card.picture_url) : null;
    content.opener.hidden = !url || (content.imageUrl === url && this.isMissing);
    content.opener.setAttribute("aria-label", `Open picture: ${card.prompt}`);
    if (content.image && content.imageUrl === url) {
      content.image.alt = card.alt;
      return;
    }
    content.image?.remove();
    content.image = null;
    content.imageUrl = url;
    this.element.classList.remove("kx-grid-loaded", "kx-grid-missing");
    content.imageBox.style.backgroundColor = (url && card.color) || "";
    if (url) this.#loadImage(content, url);
  }

  /**
   * @param {CardContent} content
   * @param {string} url
   */
  #loadImage(content, url) {
    const image = new Image();
    Object.assign(image, { className: "kx-grid-image", alt: this.card.alt });
    Object.assign(image, { loading: "lazy", decoding: "async", draggable: false });
    // What comes of an image that was replaced meanwhile does not concern this card.
    const isCurrent = () => this.#content?.image === image;
    image.addEventListener("load", () => {
      if (!isCurrent()) return;
      this.element.classList.add("kx-grid-loaded");
      this.fixImageWidth();
    });
    retryPicture(image, { isWanted: isCurrent, onGone: () => this.#showMissing(content, image) });
    Object.assign(image, this.card.thumbnail_url && thumbnailSources(url, this.card));
    image.src = url;
    content.image = image;
    content.imageBox.append(image);
    if (image.complete && image.naturalWidth) this.element.classList.add("kx-grid-loaded"); // cached
  }

  /**
   * @param {CardContent} content
   * @param {HTMLImageElement} image
   */
  #showMissing(content, image) {
    this.element.classList.add("kx-grid-missing");
    image.remove();
    content.imageBox.style.backgroundColor = "";
    content.opener.hidden = true;
    this.#drawMessage(content);
    this.showActions();
  }

  /** @param {CardContent} content */
  #drawMessage(content) {
    const kind = this.isMissing ? "problem" : cardKind(this.card);
    if (kind === "picture") {
      content.message?.remove();
      content.message = null;
      return;
    }
    const state = this.isMissing ? "missing" : this.card.state;
    if (content.message?.state !== state) {
      content.message?.remove();
      content.message = new CardMessage(kind, state);
      content.message.decorate(content.imageBox);
      content.frame.insertBefore(content.message.root, content.actions);
    }
    content.message.show(this.card);
  }

  /** @param {number} now epoch milliseconds by the server's clock */
  tick(now) {
    if (!this.card.isPlaceholder) this.#content?.message?.tick(this.card, now);
  }

  /** @param {boolean} isSelected */
  select(isSelected) {
    if (this.#isSelected === isSelected) return;
    this.#isSelected = isSelected;
    this.element.classList.toggle("kx-grid-selected", isSelected);
    this.#content?.checkbox.setAttribute("aria-pressed", String(isSelected));
  }

  /** Buttons that are always visible are made now, those of a grid when it is pointed at. */
  enterViewport() {
    this.isNear = true;
    if (!this.#content) this.#draw();
    const isAlwaysShown =
      this.#layout === "feed" || cardKind(this.card) !== "picture" || TOUCH.matches;
    if (isAlwaysShown || this.isMissing) this.showActions();
  }

  /** A grid keeps nothing of a card that is far away, unless it has the focus. */
  leaveViewport() {
    this.isNear = false;
    if (this.#layout === "feed" || !this.#content || this.element.tabIndex === 0) return;
    this.element.replaceChildren();
    this.element.classList.remove("kx-grid-loaded", "kx-grid-missing");
    this.#content = null;
    this.#actionBar = null;
  }

  showActions() {
    if (this.#actionBar) return;
    const isDrawn = this.#content !== null;
    const content = (this.#content ??= this.#build());
    this.#actionBar = new ActionBar(content.actions, this.#handlers.act);
    if (isDrawn) this.#fillActions(this.#actionBar);
    else this.#draw();
  }

  /** @param {ActionBar} actionBar */
  #fillActions(actionBar) {
    const { actions } = this.card;
    const major = actions.filter((action) => !action.minor);
    actionBar.show(this.card, major.length < actions.length ? [...major, MORE] : major);
    this.setTabStop(this.element.tabIndex === 0);
  }

  /** @param {boolean} isStop whether the Tab key stops here and at this card's buttons */
  setTabStop(isStop) {
    this.element.tabIndex = isStop ? 0 : -1;
    for (const control of this.#actionBar?.controls ?? []) control.tabIndex = isStop ? 0 : -1;
  }
}
