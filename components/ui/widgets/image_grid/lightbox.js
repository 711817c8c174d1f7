/**
 * One picture over the whole page: zoom, pan, its prompt, and everything that can be done with
 * it. A native dialog, so that the rest of the page is inert and nothing can cover it.
 */

import { HistoryBack } from "./history-back.js";
import { fillActions } from "./action-bar.js";
import { icon } from "./icons.js";
import { isUndo, verbOfKey } from "./keys.js";
import { RelatedStrip } from "./related-strip.js";
import { onSwipe } from "./swipe.js";
import { appUrl } from "../shared/urls.js";
import { element, setText, setBackground } from "../shared/dom.js";
import { momentText } from "../shared/format-time.js";
import { createZoom } from "../shared/zoom.js";

const LIGHTBOX_MAX_SCALE = 8;
const KEEPS_LIGHTBOX_OPEN = new Set(["star", "delete", "restore", "purge", "front", "copy_prompt", "copy_picture"]);

export class Lightbox {
  /**
   * @param {{cards: () => Card[], act: (verb: string, card: Card) => void,
   *   onLook: () => void, undo: () => void, onClose: (id: string) => void}} sheet
   */
  constructor(sheet) {
    this.sheet = sheet;
    this.act = (verb, card) => {
      sheet.act(verb, card);
      if (!KEEPS_LIGHTBOX_OPEN.has(verb)) this.dialog.close();
    };
    this.picture = new Image();
    this.picture.className = "kx-lightbox-image";
    this.picture.draggable = false;
    this.picture.addEventListener("load", () => this.zoom?.refresh());
    this.picture.addEventListener("error", () => this.showMissing());
    this.note = element("p", "kx-lightbox-message");
    this.stage = element("div", "kx-lightbox-viewport", this.picture, this.note);
    onSwipe(this.stage, (by) => this.zoom.state.scale <= 1 && this.step(by));
    this.kin = new RelatedStrip((card) => this.look(card.id));
    this.scale = element("span", "kx-lightbox-scale");
    this.place = element("span", "kx-lightbox-position");
    this.previous = this.control("kx-lightbox-step kx-lightbox-previous", "previous", "Previous picture", () => this.step(-1));
    this.next = this.control("kx-lightbox-step kx-lightbox-next", "next", "Next picture", () => this.step(1));
    this.closer = this.control("kx-lightbox-close", "dismiss", "Close", () => this.dialog.close());
    this.prompt = element("p", "kx-lightbox-prompt");
    this.prompt.dir = "auto";
    this.details = element("p", "kx-lightbox-details");
    this.moment = element("p", "kx-lightbox-details");
    this.bar = element("div", "kx-lightbox-actions");
    this.remark = element("p", "kx-lightbox-note");
    const panel = element("aside", "kx-lightbox-panel", this.prompt, this.details, this.moment, this.remark, this.bar);
    const table = element("div", "kx-lightbox-main", this.stage, this.previous, this.next, element("div", "kx-lightbox-status", this.place, this.scale), this.kin.root);
    this.dialog = element("dialog", "kx-lightbox", table, panel, this.closer);
    this.dialog.setAttribute("aria-label", "Picture");
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("close", () => this.onClosed());
    this.back = new HistoryBack(() => this.dialog.close());
  }

  control(className, iconName, label, onClick) {
    const button = element("button", className, icon(iconName));
    Object.assign(button, { type: "button", title: label });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", onClick);
    return button;
  }

  /** @param {string} id of a card with a picture */
  open(id) {
    this.id = id;
    this.index = 0;
    if (!this.dialog.open) this.dialog.showModal();
    this.back.opened();
    this.zoom ??= createZoom(this.stage, {
      maxScale: LIGHTBOX_MAX_SCALE,
      content: () => this.fitted(),
      actualScale: () => this.picture.naturalWidth / devicePixelRatio / (this.fitted().width || 1),
      onChange: (state, smooth) => this.onZoom(state, smooth),
    });
    this.draw();
    this.closer.focus({ focusVisible: false });
  }

  /** Show what has changed; a card that is gone makes room for the one that took its place. */
  draw() {
    if (!this.dialog.open) return;
    const cards = this.sheet.cards();
    let index = cards.findIndex((card) => card.id === this.id);
    // A relative need not have a place in the sheet: the arrows go on from where it was met.
    const relative = index < 0 && this.kin.card(this.id);
    if (index < 0) index = Math.min(this.index, cards.length - 1);
    if (index < 0 && !relative) {
      this.dialog.close();
      return;
    }
    const card = relative || cards[index];
    this.index = index;
    this.id = card.id;
    this.card = card;
    this.kin.draw(card.id);
    this.dialog.classList.toggle("kx-lightbox-has-related", !this.kin.root.hidden);
    this.drawPicture(card);
    for (const near of [cards[index - 1], cards[index + 1]]) if (near) new Image().src = appUrl(near.picture_url ?? near.thumbnail_url) ?? "";
    setText(this.prompt, card.prompt ?? "");
    setText(this.details, (card.details ?? []).join(" · "));
    setText(this.moment, momentText(card));
    setText(this.remark, card.note ?? "");
    setText(this.place, cards.length > 1 && !relative ? `${index + 1} of ${cards.length}` : "");
    // Disabling the button that has the focus would drop it to the page.
    this.previous.setAttribute("aria-disabled", String(index <= 0));
    this.next.setAttribute("aria-disabled", String(index === cards.length - 1));
    fillActions(this.bar, card.row, card, this.act);
    this.sheet.onLook();
  }

  drawPicture(card) {
    const url = appUrl(card.picture_url ?? card.thumbnail_url);
    this.picture.alt = card.alt;
    if (this.url === url) return;
    this.url = url;
    setText(this.note, "");
    this.picture.hidden = false;
    setBackground(this.picture, appUrl(card.thumbnail_url)); // seen until the large file is there
    this.picture.removeAttribute("src"); // or the last picture would be seen until the next is there
    this.picture.src = url;
    this.zoom.reset();
  }

  showMissing() {
    this.picture.hidden = true;
    setText(this.note, "The file is missing on this server");
  }

  /** @returns {{width: number, height: number}} of the whole picture in the stage, CSS pixels */
  fitted() {
    const width = this.picture.naturalWidth || this.card?.width_px || 1;
    const height = this.picture.naturalHeight || this.card?.height_px || 1;
    const { clientWidth, clientHeight } = this.stage;
    const scale = Math.min(clientWidth / width, clientHeight / height, 1.5);
    return { width: width * scale, height: height * scale };
  }

  onZoom({ scale, x, y }, smooth) {
    const { width, height } = this.fitted();
    const { style } = this.picture;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transition = smooth ? "transform 180ms ease-out" : "none";
    style.transform = `translate(calc(-50% + ${x}px), calc(-50% + ${y}px)) scale(${scale})`;
    this.stage.classList.toggle("kx-lightbox-zoomed", scale > 1.01);
    const pixels = (width * scale * devicePixelRatio) / (this.card?.width_px || width);
    setText(this.scale, scale > 1.01 ? `${Math.round(pixels * 100)} %` : "");
  }

  step(by) {
    const card = this.sheet.cards()[this.index + by];
    if (card) this.look(card.id);
  }

  look(id) {
    this.id = id;
    this.draw();
  }

  /** To the variant before or after this one. */
  stepAside(by) {
    const card = this.kin.beside(this.id, by);
    if (card) this.look(card.id);
  }

  onKey(event) {
    // The sheet variant_ids, and Streamlit's own shortcuts, must not hear what is meant for this.
    event.stopPropagation();
    if (isUndo(event)) this.sheet.undo();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoomBy = (factor) => this.zoom.zoomTo(this.zoom.state.scale * factor, null, true);
    const verb = verbOfKey(event, this.card);
    const last = this.sheet.cards().length - 1;
    const keys = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      Home: () => this.step(-this.index),
      End: () => this.step(last - this.index),
      "+": () => zoomBy(1.5),
      "=": () => zoomBy(1.5),
      "-": () => zoomBy(1 / 1.5),
      0: () => this.zoom.reset(true),
      ArrowUp: () => this.stepAside(-1),
      ArrowDown: () => this.stepAside(1),
      Tab: () => this.keepFocus(event),
    };
    const handler = keys[event.key] ?? (verb && (() => this.act(verb, this.card)));
    if (!handler) return;
    if (event.key !== "Tab") event.preventDefault();
    handler();
  }

  /** A native dialog lets Tab leave for the browser's own buttons; this one goes round. */
  keepFocus(event) {
    const stops = [...this.dialog.querySelectorAll("button, a[href]")].filter((stop) => stop.checkVisibility());
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const edge = event.shiftKey ? first : last;
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  onClosed() {
    this.back.closed();
    this.url = null;
    this.picture.removeAttribute("src");
    this.zoom?.destroy();
    this.zoom = null;
    this.sheet.onClose(this.id);
  }

  destroy() {
    this.zoom?.destroy();
    this.back.destroy();
    this.dialog.remove();
  }
}
