/**
 * One image over the whole page: zoom, pan, its prompt, and everything that can be done with it.
 * A native dialog, so that the rest of the page is inert and nothing can cover it.
 */

import { ActionBar } from "./action-bar.js";
import { HistoryBack } from "./history-back.js";
import { icon } from "./icons.js";
import { isUndo, lightboxCommand, verbForKey } from "./key-map.js";
import { RelatedStrip } from "./related-strip.js";
import { onSwipe } from "./swipe.js";
import { button, element, setBackground, setText } from "../shared/dom.js";
import { formatTaskTime } from "../shared/format-time.js";
import { appUrl } from "../shared/urls.js";
import { Zoom } from "../shared/zoom-gestures.js";

/** @import { LightboxCommand } from "./key-map.js" */
/** @import { Card, Act } from "./types.js" */
/** @import { Size, ZoomReading } from "../shared/zoom-math.js" */

const MAX_SCALE = 8;
const MAX_ENLARGEMENT = 1.5; // of a small image fitted to a large screen
const ZOOM_STEP = 1.5;
const STAYS_OPEN = new Set(["star", "delete", "restore", "purge", "front", "copy_prompt", "copy_picture"]);

/**
 * @typedef {object} LightboxHost the grid
 * @property {() => Card[]} cards with an image, in display order
 * @property {(id: string) => string | null} loadedUrl of the thumbnail that a card shows
 * @property {Act} act
 * @property {() => void} onShow another image is shown
 * @property {() => void} undo
 * @property {(id: string, index: number) => void} onClose
 */

export class Lightbox {
  dialog = element("dialog", "kx-lightbox");
  related = new RelatedStrip((card) => this.#show(card.id));
  /** The id of the card that is shown. */
  id = "";
  #host;
  #index = 0;
  /** @type {Card | null} */
  #card = null;
  /** @type {string | null} */
  #url = null;
  /** @type {Zoom | null} */
  #zoom = null;
  #image = new Image();
  #message = element("p", "kx-lightbox-message");
  #viewport = element("div", "kx-lightbox-viewport", this.#image, this.#message);
  #position = element("span", "kx-lightbox-position");
  #scale = element("span", "kx-lightbox-scale");
  #previous = control("kx-lightbox-step kx-lightbox-previous", "previous", "Previous picture", () =>
    this.#step(-1),
  );
  #next = control("kx-lightbox-step kx-lightbox-next", "next", "Next picture", () => this.#step(1));
  #closer = control("kx-lightbox-close", "dismiss", "Close", () => this.dialog.close());
  #prompt = element("p", "kx-lightbox-prompt");
  #details = element("p", "kx-lightbox-details");
  #time = element("p", "kx-lightbox-details");
  #note = element("p", "kx-lightbox-note");
  #actions;
  #historyBack = new HistoryBack(() => this.dialog.close());

  /** @param {LightboxHost} host */
  constructor(host) {
    this.#host = host;
    this.#image.className = "kx-lightbox-image";
    this.#image.draggable = false;
    this.#image.addEventListener("load", () => this.#zoom?.refresh());
    this.#image.addEventListener("error", () => this.#showMissing());
    onSwipe(this.#viewport, (by) => {
      if (this.#zoom && this.#zoom.state.scale <= 1) this.#step(by);
    });
    this.#prompt.dir = "auto";
    this.#actions = new ActionBar(element("div", "kx-lightbox-actions"), (verb, card) =>
      this.#act(verb, card),
    );
    const status = element("div", "kx-lightbox-status", this.#position, this.#scale);
    this.dialog.append(
      element("div", "kx-lightbox-main", this.#viewport, this.#previous, this.#next, status, this.related.root),
      element(
        "aside",
        "kx-lightbox-panel",
        this.#prompt,
        this.#details,
        this.#time,
        this.#note,
        this.#actions.root,
      ),
      this.#closer,
    );
    this.dialog.setAttribute("aria-label", "Picture viewer");
    this.dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.dialog.addEventListener("close", () => this.#onClosed());
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** @param {string} id of a card with an image */
  open(id) {
    this.id = id;
    this.#index = 0;
    if (!this.dialog.open) this.dialog.showModal();
    this.#historyBack.opened();
    this.#zoom ??= new Zoom(this.#viewport, {
      maxScale: MAX_SCALE,
      content: () => this.#fitted(),
      actualScale: () => this.#image.naturalWidth / devicePixelRatio / (this.#fitted().width || 1),
      onChange: (zoom, smooth) => this.#onZoom(zoom, smooth),
    });
    this.draw();
    this.#closer.focus({ focusVisible: false });
  }

  /** Show what has changed; a card that is gone is replaced by the one that took its place. */
  draw() {
    if (!this.dialog.open) return;
    const cards = this.#host.cards();
    let index = cards.findIndex((card) => card.id === this.id);
    // A related image may be missing in the grid: the arrows go on from where it was opened.
    const related = index < 0 ? this.related.related.card(this.id) : undefined;
    if (index < 0) index = Math.min(this.#index, cards.length - 1);
    const card = related ?? cards[index];
    if (!card) {
      this.dialog.close();
      return;
    }
    this.#index = index;
    this.id = card.id;
    this.#card = card;
    this.related.draw(card.id);
    this.dialog.classList.toggle("kx-lightbox-has-related", !this.related.root.hidden);
    this.#drawImage(card);
    preload(cards[index - 1]);
    preload(cards[index + 1]);
    setText(this.#prompt, card.prompt);
    setText(this.#details, (card.details ?? []).join(" · "));
    setText(this.#time, formatTaskTime(card));
    setText(this.#note, card.note ?? "");
    setText(this.#position, cards.length > 1 && !related ? `${index + 1} of ${cards.length}` : "");
    // A disabled button would drop its focus to the page.
    this.#previous.setAttribute("aria-disabled", String(index <= 0));
    this.#next.setAttribute("aria-disabled", String(index === cards.length - 1));
    this.#actions.show(card);
    this.#host.onShow();
  }

  /**
   * @param {string} id
   * @param {boolean} starred
   */
  showStar(id, starred) {
    if (this.#card?.id === id) this.#actions.press("star", starred);
  }

  /** @param {Card} card */
  #drawImage(card) {
    const url = appUrl(card.picture_url ?? card.thumbnail_url);
    this.#image.alt = card.alt;
    if (this.#url === url) return;
    this.#url = url;
    setText(this.#message, "");
    this.#image.hidden = false;
    // Shown until the large file is there; the one that is loaded already needs no request.
    setBackground(this.#image, this.#host.loadedUrl(card.id) ?? appUrl(card.thumbnail_url));
    this.#image.removeAttribute("src"); // or the last image would stay until the next is there
    if (url) this.#image.src = url;
    this.#zoom?.reset();
  }

  #showMissing() {
    this.#image.hidden = true;
    setText(this.#message, "The file is missing on this server");
  }

  /** @returns {Size} of the whole image in the viewport, CSS pixels */
  #fitted() {
    const width = this.#image.naturalWidth || this.#card?.width_px || 1;
    const height = this.#image.naturalHeight || this.#card?.height_px || 1;
    const { clientWidth, clientHeight } = this.#viewport;
    const scale = Math.min(clientWidth / width, clientHeight / height, MAX_ENLARGEMENT);
    return { width: width * scale, height: height * scale };
  }

  /**
   * @param {ZoomReading} zoom
   * @param {boolean} smooth
   */
  #onZoom({ scale, x, y }, smooth) {
    const { width, height } = this.#fitted();
    const { style } = this.#image;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transition = smooth ? "transform 180ms ease-out" : "none";
    style.transform = `translate(calc(-50% + ${x}px), calc(-50% + ${y}px)) scale(${scale})`;
    const isZoomed = scale > 1.01;
    this.#viewport.classList.toggle("kx-lightbox-zoomed", isZoomed);
    const share = (width * scale * devicePixelRatio) / (this.#card?.width_px || width);
    setText(this.#scale, isZoomed ? `${Math.round(share * 100)} %` : "");
  }

  /** @param {number} by */
  #step(by) {
    const card = this.#host.cards()[this.#index + by];
    if (card) this.#show(card.id);
  }

  /** @param {string} id */
  #show(id) {
    this.id = id;
    this.draw();
  }

  /** @param {1 | -1} by to the variant after or before this one */
  #stepVariant(by) {
    const card = this.related.related.variantBeside(this.id, by);
    if (card) this.#show(card.id);
  }

  /**
   * @param {string} verb
   * @param {Card} card
   */
  #act(verb, card) {
    this.#host.act(verb, card);
    if (!STAYS_OPEN.has(verb)) this.dialog.close();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Neither the grid behind nor Streamlit's own shortcuts must react.
    event.stopPropagation();
    if (isUndo(event)) this.#host.undo();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Tab") this.#keepFocus(event);
    else if (this.#handleKey(event)) event.preventDefault();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key means something here
   */
  #handleKey(event) {
    const command = lightboxCommand(event);
    if (command) {
      this.#do(command);
      return true;
    }
    const verb = this.#card && verbForKey(event, this.#card);
    if (!verb || !this.#card) return false;
    this.#act(verb, this.#card);
    return true;
  }

  /** @param {LightboxCommand} command */
  #do(command) {
    switch (command) {
      case "previous":
        return this.#step(-1);
      case "next":
        return this.#step(1);
      case "previous-variant":
        return this.#stepVariant(-1);
      case "next-variant":
        return this.#stepVariant(1);
      case "first":
        return this.#step(-this.#index);
      case "last":
        return this.#step(this.#host.cards().length - 1 - this.#index);
      case "zoom-in":
        return this.#zoomBy(ZOOM_STEP);
      case "zoom-out":
        return this.#zoomBy(1 / ZOOM_STEP);
      case "zoom-reset":
        return this.#zoom?.reset(true);
    }
  }

  /** @param {number} factor */
  #zoomBy(factor) {
    this.#zoom?.zoomTo(this.#zoom.state.scale * factor, null, true);
  }

  /**
   * A native dialog lets Tab leave for the browser's own buttons; this one goes round.
   * @param {KeyboardEvent} event
   */
  #keepFocus(event) {
    /** @type {NodeListOf<HTMLElement>} */
    const stops = this.dialog.querySelectorAll("button, a[href]");
    const shown = [...stops].filter((stop) => stop.checkVisibility());
    const [edge, other] = event.shiftKey ? [shown[0], shown.at(-1)] : [shown.at(-1), shown[0]];
    if (document.activeElement !== edge) return;
    event.preventDefault();
    other?.focus();
  }

  #onClosed() {
    this.#historyBack.closed();
    this.#url = null;
    this.#image.removeAttribute("src");
    this.#zoom?.destroy();
    this.#zoom = null;
    this.#host.onClose(this.id, this.#index);
  }

  destroy() {
    this.#zoom?.destroy();
    this.#historyBack.destroy();
    this.dialog.remove();
  }
}

/**
 * @param {string} className
 * @param {string} iconName
 * @param {string} label
 * @param {() => void} onClick
 */
function control(className, iconName, label, onClick) {
  const made = button(className, icon(iconName));
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", onClick);
  return made;
}

/** @param {Card | undefined} card whose image is probably the next one */
function preload(card) {
  const url = appUrl(card?.picture_url ?? card?.thumbnail_url);
  if (url) new Image().src = url;
}
