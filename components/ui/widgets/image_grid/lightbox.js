/**
 * One image over the whole page: zoom, pan, its prompt, and everything that can be done with it.
 * A native dialog, so that the rest of the page is inert and nothing can cover it.
 */

import { ActionBar } from "./action-bar.js";
import { cardKind } from "./card-data.js";
import { CardMessage } from "./card-message.js";
import { ChangeField } from "./change-field.js";
import { placeChanges } from "./changes.js";
import { HistoryBack } from "./history-back.js";
import { icon } from "./icons.js";
import { LIGHTBOX_SHORTCUTS, isUndo, lightboxCommand, verbForKey } from "./key-map.js";
import { RelatedStrip } from "./related-strip.js";
import { onSwipe } from "./swipe.js";
import { button, element, setBackground, setText } from "../shared/dom.js";
import { formatTaskTime } from "../shared/format-time.js";
import { receiveKeys } from "../shared/page-keys.js";
import { retryPicture } from "../shared/picture-retry.js";
import { appUrl } from "../shared/urls.js";
import { Zoom } from "../shared/zoom-gestures.js";

/** @import { ChangeRequests, Made } from "./changes.js" */
/** @import { LightboxCommand } from "./key-map.js" */
/** @import { Card, Act } from "./types.js" */
/** @import { Size, ZoomReading } from "../shared/zoom-math.js" */

const MAX_SCALE = 8;
const MAX_ENLARGEMENT = 1.5; // of a small image fitted to a large screen
const ZOOM_STEP = 1.5;
const STAYS_OPEN = new Set([
  ...["star", "delete", "restore", "purge", "front", "copy_prompt", "copy_picture"],
  ...["retry", "send", "look", "withdraw", "unwatch", "dismiss"],
]);

/**
 * @typedef {object} LightboxHost the grid
 * @property {() => Card[]} cards with an image, in display order
 * @property {(id: string) => string | null} loadedUrl of the thumbnail that a card shows
 * @property {Act} act
 * @property {ChangeRequests} changes
 * @property {() => boolean} hasSteps whether the steps to an image stand below it
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
  #drawnId = "";
  /** Whether the image is the source of a change that has none yet. */
  #isSourceShown = false;
  /** @type {Zoom | null} */
  #zoom = null;
  #image = new Image();
  #message = element("p", "kx-lightbox-message");
  /** What a change waits for, or why it failed. @type {CardMessage | null} */
  #progress = null;
  /** What changes have made since it was opened. @type {Made[]} */
  #made = [];
  /** Their cards, also those that a filter hides. @type {Card[]} */
  #madeCards = [];
  #price = "";
  #problem = "";
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
  #field;
  #endKeys;
  #historyBack = new HistoryBack(() => this.dialog.close());

  /** @param {LightboxHost} host */
  constructor(host) {
    this.#host = host;
    this.#image.className = "kx-lightbox-image";
    this.#image.draggable = false;
    this.#image.addEventListener("load", () => {
      setText(this.#message, "");
      this.#image.hidden = false;
      this.#dimSource();
      this.#zoom?.refresh();
    });
    retryPicture(this.#image, {
      isWanted: () => this.dialog.open,
      onGone: () => this.#showMissing("The file is missing on this server"),
      onWait: () => this.#showLate(),
    });
    onSwipe(this.#viewport, (by) => {
      if (this.#zoom && this.#zoom.state.scale <= 1) this.#step(by);
    });
    this.#prompt.dir = "auto";
    this.#actions = new ActionBar(element("div", "kx-lightbox-actions"), (verb, card) =>
      this.#act(verb, card),
    );
    this.#field = new ChangeField(host.changes, () => this.#closer.focus({ focusVisible: false }));
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
        this.#field.root,
        this.#actions.root,
      ),
      this.#closer,
    );
    this.dialog.setAttribute("aria-label", "Picture viewer");
    this.dialog.addEventListener("keydown", (event) => event.key === "Tab" && this.#keepFocus(event));
    this.#endKeys = receiveKeys({
      root: this.dialog,
      keys: () => [{ title: "This picture", rows: LIGHTBOX_SHORTCUTS }],
      onKey: (event) => this.#handleKey(event),
    });
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
    const cards = this.#cards;
    let index = cards.findIndex((card) => card.id === this.id);
    // A related image may be missing in the grid: the arrows go on from where it was opened.
    const related = index < 0 ? this.related.related.card(this.id) : undefined;
    if (index < 0) index = this.#indexInstead(cards);
    const card = related ?? cards[index];
    if (!card) {
      this.dialog.close();
      return;
    }
    this.#index = index;
    this.id = card.id;
    this.#card = card;
    this.related.draw(card.id);
    // A result will have steps: its place is the same while it is made.
    const isReserved = this.#host.hasSteps() && this.#made.some(({ id }) => id === card.id);
    this.dialog.classList.toggle("kx-lightbox-has-related", isReserved || !this.related.root.hidden);
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
    this.#drawActions(card);
    this.#host.onShow();
  }

  /** The cards with an image, and what changes have made of them. */
  get #cards() {
    return placeChanges(this.#host.cards(), this.#made, this.#madeCards);
  }

  /**
   * @param {Card[]} cards without the one that was shown
   * @returns {number} the index of the one that takes its place: its source after a change
   */
  #indexInstead(cards) {
    const made = this.#made.find(({ id }) => id === this.id);
    const source = made ? cards.findIndex((card) => card.id === made.after) : -1;
    return source < 0 ? Math.min(this.#index, cards.length - 1) : source;
  }

  /** @param {Card} card */
  #drawActions(card) {
    const others = card.actions.filter(({ verb }) => verb !== "change");
    this.#actions.show(card, others);
    const canChange = others.length < card.actions.length;
    const isMade = this.#made.some(({ id }) => id === card.id);
    this.#field.root.hidden = !canChange && !isMade;
    // A result can be changed: on a phone nothing moves when it comes.
    this.#field.root.classList.toggle("kx-change-reserved", !canChange);
    this.#field.show(card.id, this.#price, this.#problem);
  }

  /**
   * @param {Card[]} cards that changes have made lately
   * @param {string} price of a change
   * @param {string} problem why it cannot be paid for; empty if it can
   */
  readChanges(cards, price, problem) {
    this.#madeCards = cards;
    this.#price = price;
    this.#problem = problem;
  }

  /**
   * A change of a card is under way: it is the next picture.
   * @param {string} id of the card
   * @param {string | undefined} madeId of the card that was made; undefined if nothing was
   */
  showChange(id, madeId) {
    if (madeId) this.#field.forget(id);
    this.#field.draw();
    if (!madeId || !this.dialog.open) return;
    const card = this.#cards.find((candidate) => candidate.id === id) ?? this.related.related.card(id);
    const retried = this.#made.find((made) => made.id === id);
    if (retried) {
      retried.id = madeId;
    } else if (this.#made.every((made) => made.id !== madeId)) {
      // One that is only related stands nowhere: then it is the next after where it was opened.
      const isListed = this.#cards.some((candidate) => candidate.id === id);
      const after = isListed ? id : (this.#cards[this.#index]?.id ?? id);
      this.#made.push({ id: madeId, after, before: appUrl(card?.picture_url ?? card?.thumbnail_url) });
    }
    if (this.id !== id) return; // the user has gone on to another picture
    if (this.#field.root.contains(document.activeElement)) this.#closer.focus({ focusVisible: false });
    this.id = madeId;
  }

  /** Whether its seconds must tick. */
  get isTicking() {
    return this.dialog.open && this.#progress?.kind === "waiting";
  }

  /** @param {number} now epoch milliseconds by the server's clock */
  tick(now) {
    if (this.#card) this.#progress?.tick(this.#card, now);
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
    const made = card.state === "done" ? undefined : this.#made.find(({ id }) => id === card.id);
    const url = made ? made.before : appUrl(card.picture_url ?? card.thumbnail_url);
    const isResult = this.#isSourceShown && !made && this.#drawnId === card.id;
    this.#drawnId = card.id;
    this.#isSourceShown = made !== undefined;
    this.#drawProgress(card);
    this.#image.alt = made ? "" : card.alt;
    if (this.#url === url) return this.#dimSource();
    this.#url = url;
    setText(this.#message, "");
    this.#image.hidden = false;
    if (isResult && url) {
      this.#image.src = url; // the source stays until it is there
      return;
    }
    this.#dimSource();
    // Shown until the large file is there; the one that is loaded already needs no request.
    setBackground(this.#image, this.#host.loadedUrl(card.id) ?? appUrl(card.thumbnail_url));
    this.#image.removeAttribute("src"); // or the last image would stay until the next is there
    if (url) this.#image.src = url;
    this.#zoom?.reset();
  }

  /** Until its result is there the source of a change is shown, and not as the result. */
  #dimSource() {
    this.#image.classList.toggle("kx-lightbox-source", this.#isSourceShown);
  }

  /** @param {Card} card */
  #drawProgress(card) {
    const kind = cardKind(card);
    if (kind === "picture") {
      this.#progress?.remove();
      this.#progress = null;
      return;
    }
    if (this.#progress?.state !== card.state) {
      this.#progress?.remove();
      this.#progress = new CardMessage(kind, card.state);
      this.#viewport.append(this.#progress.root);
    }
    this.#progress.show(card);
    this.#zoom?.refresh();
  }

  /** Its thumbnail is enough for a while. */
  #showLate() {
    if (this.#drawnId && this.#host.loadedUrl(this.#drawnId)) return;
    this.#showMissing("Not available now. It is tried again.");
  }

  /** @param {string} message */
  #showMissing(message) {
    this.#image.hidden = true;
    setText(this.#message, message);
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
    const transition = smooth ? "transform 180ms ease-out" : "none";
    const transform = `translate(calc(-50% + ${x}px), calc(-50% + ${y}px)) scale(${scale})`;
    const size = { width: `${width}px`, height: `${height}px` };
    Object.assign(this.#image.style, size, { transition, transform });
    if (this.#progress) Object.assign(this.#progress.root.style, size, { transition, transform });
    const isZoomed = scale > 1.01;
    this.#viewport.classList.toggle("kx-lightbox-zoomed", isZoomed);
    const share = (width * scale * devicePixelRatio) / (this.#card?.width_px || width);
    setText(this.#scale, isZoomed ? `${Math.round(share * 100)} %` : "");
  }

  /** @param {number} by */
  #step(by) {
    const card = this.#cards[this.#index + by];
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

  /** @param {1 | -1} by to the edit after or before this one */
  #stepEdit(by) {
    const card = this.related.related.stepBeside(this.id, by);
    if (card) this.#show(card.id);
  }

  /**
   * @param {string} verb
   * @param {Card} card
   */
  #act(verb, card) {
    if (verb === "change") return this.#field.focus();
    if (verb === "remix" && this.#rewriteChange(card)) return;
    this.#host.act(verb, card);
    if (!STAYS_OPEN.has(verb)) this.dialog.close();
  }

  /**
   * Put the words of a refused change back into the field of its source.
   * @param {Card} card
   * @returns {boolean} whether it is one
   */
  #rewriteChange(card) {
    const made = this.#made.find(({ id }) => id === card.id);
    if (!made || card.state !== "refused") return false;
    this.#show(made.after);
    this.#field.rewrite(card.prompt);
    return true;
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key means something here
   */
  #handleKey(event) {
    if (isUndo(event)) {
      this.#host.undo();
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
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
      case "step-before":
        return this.#stepEdit(-1);
      case "step-after":
        return this.#stepEdit(1);
      case "first":
        return this.#step(-this.#index);
      case "last":
        return this.#step(this.#cards.length - 1 - this.#index);
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
    const stops = this.dialog.querySelectorAll("button, a[href], input");
    const shown = [...stops].filter((stop) => stop.checkVisibility());
    const [edge, other] = event.shiftKey ? [shown[0], shown.at(-1)] : [shown.at(-1), shown[0]];
    if (document.activeElement !== edge) return;
    event.preventDefault();
    other?.focus();
  }

  #onClosed() {
    this.#historyBack.closed();
    this.#made = [];
    this.#url = null;
    this.#image.removeAttribute("src");
    this.#zoom?.destroy();
    this.#zoom = null;
    this.#host.onClose(this.id, this.#index);
  }

  destroy() {
    this.#endKeys();
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
