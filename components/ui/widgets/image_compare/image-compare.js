/**
 * The before/after viewer: one viewport with two panes that every mode arranges differently, so
 * that the images load once and share one zoom.
 */

import { Blink } from "./blink.js";
import { ChangeMap } from "./change-map.js";
import { COMPARE_SHORTCUTS, commandForKey } from "./commands.js";
import { FullScreen, RadioGroup } from "./controls.js";
import { DiffMap } from "./diff-map.js";
import { Divider } from "./divider.js";
import {
  actualScale,
  betterSplit,
  coveredInsets,
  dividerOffset,
  dividerShare,
  fitFrame,
} from "./geometry.js";
import { ImageLoader } from "./image-loader.js";
import { MODES, parseProps } from "./parse-props.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { closest, find } from "../shared/dom.js";
import { receiveKeys } from "../shared/page-keys.js";
import { Zoom } from "../shared/zoom-gestures.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Point, Rect, Size, ZoomReading } from "../shared/zoom-math.js" */
/** @import { Command, Simple } from "./commands.js" */
/** @import { Fit, Mode } from "./parse-props.js" */

/** @typedef {{mode: Mode, share: number, fit: string, isPlaying: boolean, isSwapped: boolean}} Settings the user's */

const SMOOTH_MS = 200;
const ZOOM_STEP = 1.4;
const PAN_STEP_PX = 40;
const MAX_SCALE = 12;
const MAX_REMEMBERED = 50;
/** Of a range that has the focus. */
const OWN_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", " "]);

/**
 * What the user had set, by the instance's key: a rerun may remove the viewer and bring it back.
 * @type {Map<string, {settings: Settings, zoom: ZoomReading}>}
 */
const remembered = new Map();

class CompareViewer {
  #root;
  #viewport;
  #handle;
  #panes;
  #images;
  #listening = new AbortController();
  #props = parseProps(null);
  /** @type {unknown} The text the props were parsed from. */
  #sent = null;
  /** @type {string | null} The key of the instance that is shown. */
  #key = null;
  /** @type {Settings} */
  #settings = {
    mode: "slider",
    share: 0.5,
    fit: "crop",
    isSwapped: false,
    isPlaying: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
  /** @type {number | undefined} */
  #smoothTimer;
  #endKeys;
  /** @type {Component<{props: string}>["setTriggerValue"]} */
  #send = () => undefined;

  /** @param {HTMLElement} parent with `image-compare.html` in it */
  constructor(parent) {
    this.#root = find(parent, ".kx-compare");
    this.#viewport = this.#find(".kx-compare-viewport");
    this.#handle = this.#find(".kx-compare-handle");
    this.#panes = {
      before: this.#find("[data-side=before]"),
      after: this.#find("[data-side=after]"),
    };
    this.#images = { before: imageIn(this.#panes.before), after: imageIn(this.#panes.after) };
    const { signal } = this.#listening;
    this.blink = new Blink(this.#viewport, this.#find("[data-do=play]"));
    this.diffMap = new DiffMap(this.#heatmap(), this.#find(".kx-compare-summary"));
    this.loader = new ImageLoader([this.#images.before, this.#images.after], (status) => {
      this.#viewport.dataset.status = status;
      this.#find(".kx-compare-error").hidden = status !== "failed";
      this.#drawDifference();
    });
    this.changeMap = new ChangeMap(this.#root, this.#viewport, {
      frame: () => this.#props.frame,
      onSave: (id, settings) => this.#send("save", { id, settings }),
      signal,
    });
    this.zoom = new Zoom(this.#viewport, {
      mayPan: () => !this.changeMap.isDrawing,
      maxScale: MAX_SCALE,
      content: () => this.#fitted(),
      viewAt: (point) => this.#paneRect(point),
      actualScale: () => this.#actualScale(),
      onChange: (zoom, smooth) => this.#drawZoom(zoom, smooth),
    });
    this.divider = new Divider(this.#viewport, this.#handle, {
      shareAt: (clientX) => this.#shareAt(clientX),
      mayJump: () => this.zoom.state.scale <= 1,
      onMove: (share) => this.#settings.mode === "slider" && this.#setShare(share),
      signal,
    });
    this.fullScreen = new FullScreen(this.#root, (isActive) => this.#drawFullScreen(isActive), signal);
    this.modes = new RadioGroup(
      this.#find(".kx-compare-modes"),
      (value) => this.#setMode(MODES.find((mode) => mode === value) ?? "slider"),
      signal,
    );
    this.fits = new RadioGroup(this.#find(".kx-compare-fits"), (name) => this.#setFit(name), signal);
    this.#listen(signal);
    this.#endKeys = receiveKeys({
      root: this.#root,
      keys: () => [{ title: "Before and after", rows: COMPARE_SHORTCUTS }],
      onKey: (event) => this.#handleKey(event),
      leave: () => this.#leaveFullScreen(),
    });
  }

  /** @param {Component<{props: string}>} component */
  update({ data, setTriggerValue }) {
    this.#send = setTriggerValue;
    if (this.#sent === data.props) return;
    this.#sent = data.props;
    this.#show(parseProps(data.props));
  }

  destroy() {
    this.#endKeys();
    this.fullScreen.leave();
    this.#listening.abort();
    this.blink.stop();
    clearTimeout(this.#smoothTimer);
    this.loader.destroy();
    this.zoom.destroy();
    this.changeMap.destroy();
  }

  // Layout --------------------------------------------------------------------------------

  /** @param {string} selector */
  #find(selector) {
    return find(this.#root, selector);
  }

  #heatmap() {
    const canvas = this.#find(".kx-compare-heatmap");
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("The heat map is no canvas");
    return canvas;
  }

  /** @returns {Size} of one pane; both are equal */
  get #pane() {
    const { clientWidth: width, clientHeight: height } = this.#panes.before;
    return { width, height };
  }

  /** @returns {Size} of the frame fitted into a pane */
  #fitted() {
    return fitFrame(this.#props.frame, this.#pane);
  }

  /**
   * @param {Point | null} point client coordinates
   * @returns {Rect} of the pane under the point, or of the first
   */
  #paneRect(point) {
    const rects = Object.values(this.#panes).map((pane) => pane.getBoundingClientRect());
    const under = rects.find(
      (rect) =>
        point &&
        point.x >= rect.left &&
        point.x <= rect.right &&
        point.y >= rect.top &&
        point.y <= rect.bottom,
    );
    return under ?? this.#panes.before.getBoundingClientRect();
  }

  #actualScale() {
    return actualScale(this.#props.frame, this.#fitted(), devicePixelRatio);
  }

  /** @param {ZoomReading} zoom */
  #insets(zoom) {
    return coveredInsets(this.#fitted(), this.#pane, zoom);
  }

  /** @param {number} clientX */
  #shareAt(clientX) {
    const x = clientX - this.#panes.before.getBoundingClientRect().left;
    return dividerShare(x, this.#insets(this.zoom.state), this.#pane);
  }

  #drawSplit() {
    const { clientWidth: width, clientHeight: height } = this.#viewport;
    this.#viewport.dataset.split = betterSplit(this.#props.frame, { width, height });
  }

  // What is shown -------------------------------------------------------------------------

  /** @param {import("./parse-props.js").Props} props */
  #show(props) {
    const last = this.#props;
    const areSameImages = last.before.url === props.before.url && last.after.url === props.after.url;
    const isSameInstance = this.#key === props.key;
    const kept = remembered.get(props.key);
    this.#props = props;
    this.#key = props.key;
    const { before, after, frame } = props;
    if (!isSameInstance) this.#settings = { ...this.#settings, mode: props.mode, ...kept?.settings };
    this.#root.setAttribute("aria-label", `${before.label} and ${after.label}`);
    this.#root.style.setProperty("--kx-frame-width", String(frame.width));
    this.#root.style.setProperty("--kx-frame-height", String(frame.height));
    this.#root.dataset.shape = frame.width > frame.height ? "wide" : "tall";
    for (const side of /** @type {const} */ (["before", "after"])) {
      const { label, url, alt } = props[side];
      find(this.#panes[side], ".kx-compare-label").textContent = label;
      this.loader.show(this.#images[side], url, alt ? `${alt} (${label})` : label);
    }
    this.#root.toggleAttribute("data-swapped", this.#settings.isSwapped);
    this.#find("[data-value=map]").hidden = !props.map;
    this.changeMap.update(props.map);
    this.#setFit(this.#settings.fit);
    this.#setMode(this.#settings.mode);
    if (!isSameInstance) this.zoom.restore(kept?.zoom);
    else if (!areSameImages && !(props.map && props.map.id === last.map?.id)) this.zoom.reset();
  }

  /** @param {Mode} wanted */
  #setMode(wanted) {
    const mode = wanted === "map" && !this.#props.map ? "slider" : wanted;
    const active = closest(document.activeElement, ".kx-compare-handle, .kx-compare-blink-controls");
    const losesFocus = mode !== this.#settings.mode && active && this.#root.contains(active);
    this.#settings.mode = mode;
    this.#root.dataset.mode = mode;
    if (losesFocus) this.#focusImages(); // a hidden control would take the keys with it
    this.modes.check(mode);
    this.#viewport.dataset.shown = "after";
    this.#drawSplit();
    const label = this.#root.getAttribute("aria-label");
    this.#viewport.setAttribute("aria-label", `${label}. Plus and minus zoom`);
    this.#handle.tabIndex = mode === "slider" ? 0 : -1;
    this.blink.run(mode === "blink", this.#settings.isPlaying);
    this.changeMap.run(mode === "map");
    this.zoom.refresh();
    this.#drawDifference();
    this.#remember();
  }

  /** @returns {Fit} */
  get #fit() {
    const { fits } = this.#props;
    return fits.find((fit) => fit.name === this.#settings.fit) ?? fits[0];
  }

  /** @param {string} name */
  #setFit(name) {
    this.#settings.fit = name;
    const { name: chosen, note, box } = this.#fit;
    this.#settings.fit = chosen;
    this.fits.check(chosen);
    this.#find(".kx-compare-fits").hidden = this.#props.fits.length < 2;
    this.#find(".kx-compare-note").textContent = note;
    this.#root.dataset.fit = chosen;
    const style = this.#images.before.parentElement?.style;
    for (const edge of /** @type {const} */ (["left", "top", "width", "height"])) {
      style?.setProperty(edge, `${box[edge] * 100}%`);
    }
    this.#drawDifference();
    this.#remember();
  }

  /** @param {number} share */
  #setShare(share) {
    this.#settings.share = share;
    this.#drawDivider(this.zoom.state);
    this.#remember();
  }

  /** @param {boolean} isPlaying */
  #setPlaying(isPlaying) {
    this.#settings.isPlaying = isPlaying;
    this.blink.run(this.#settings.mode === "blink", isPlaying);
    this.#remember();
  }

  #remember() {
    if (this.#key === null) return;
    remembered.delete(this.#key); // so that the newest is the last
    remembered.set(this.#key, { settings: { ...this.#settings }, zoom: this.zoom.state });
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  // Drawing -------------------------------------------------------------------------------

  /**
   * @param {ZoomReading} zoom
   * @param {boolean} smooth
   */
  #drawZoom(zoom, smooth) {
    const { style } = this.#viewport;
    this.#drawSplit();
    const fitted = this.#fitted();
    style.setProperty("--kx-image-width", `${fitted.width}px`);
    style.setProperty("--kx-image-height", `${fitted.height}px`);
    style.setProperty("--kx-x", `${zoom.x}px`);
    style.setProperty("--kx-y", `${zoom.y}px`);
    style.setProperty("--kx-scale", String(zoom.scale));
    for (const [edge, inset] of Object.entries(this.#insets(zoom))) {
      style.setProperty(`--kx-${edge}`, `${inset}px`);
    }
    const isZoomed = zoom.scale > 1;
    this.#viewport.toggleAttribute("data-zoomed", isZoomed);
    if (smooth) this.#animate();
    const percent = Math.round((zoom.scale / this.#actualScale()) * 100);
    const level = this.#find("[data-do=fit]");
    level.textContent = isZoomed ? `${percent} %` : "Fit";
    level.setAttribute("aria-label", isZoomed ? `Fit, now ${percent} %` : "Fit");
    this.#find("[data-do=out]").setAttribute("aria-disabled", String(!isZoomed));
    this.#find("[data-do=in]").setAttribute("aria-disabled", String(zoom.scale >= MAX_SCALE));
    this.#drawDivider(zoom);
    this.#remember();
  }

  #animate() {
    this.#viewport.toggleAttribute("data-smooth", true);
    clearTimeout(this.#smoothTimer);
    this.#smoothTimer = setTimeout(() => this.#viewport.removeAttribute("data-smooth"), SMOOTH_MS);
  }

  /** @param {ZoomReading} zoom */
  #drawDivider(zoom) {
    const { before, after } = this.#props;
    const { share, isSwapped } = this.#settings;
    const offset = dividerOffset(share, this.#insets(zoom), this.#pane);
    const [left, right] = isSwapped ? [after, before] : [before, after];
    this.divider.draw(share, offset, left.label, right.label);
  }

  #drawDifference() {
    if (this.#settings.mode !== "difference" || this.loader.status !== "ready") return;
    this.diffMap.draw(this.#images.before, this.#images.after, this.#fit.box, this.#props.changed);
  }

  /** @param {boolean} isActive */
  #drawFullScreen(isActive) {
    const button = this.#find("[data-do=full]");
    button.setAttribute("aria-label", isActive ? "Leave full screen" : "Full screen");
    button.title = isActive ? "Leave full screen (Esc)" : "Full screen (F)";
    this.zoom.refresh();
  }

  // Input ---------------------------------------------------------------------------------

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.#root.addEventListener(
      "click",
      (event) => this.#run(closest(event.target, "[data-do]")?.dataset.do),
      { signal },
    );
    this.#root.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    // Firefox calls no focus visible that a press gave, whichever keys come after it.
    const showFocus = (/** @type {Event} */ { type }) =>
      this.#root.toggleAttribute("data-keys", type === "keydown");
    for (const type of ["keydown", "pointerdown"]) {
      this.#root.addEventListener(type, showFocus, { signal, capture: true });
    }
    this.#viewport.addEventListener("pointerdown", (event) => this.#onPress(event), { signal });
    const endPeek = () => this.#root.removeAttribute("data-peek");
    window.addEventListener("keyup", ({ key }) => key.toLowerCase() === "b" && endPeek(), { signal });
    window.addEventListener("blur", endPeek, { signal });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.#handleKey(event)) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has one-letter shortcuts of its own
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key means something here
   */
  #handleKey(event) {
    if (closest(event.target, "input") && OWN_KEYS.has(event.key)) return false;
    const command = commandForKey(event, closest(event.target, "button") !== null);
    return command !== null && this.#handleCommand(command);
  }

  #leaveFullScreen() {
    const { isActive } = this.fullScreen;
    this.fullScreen.leave();
    return isActive;
  }

  /**
   * A press gives the focus to what the keys act on.
   * @param {PointerEvent} event
   */
  #onPress(event) {
    if (event.button === 0 && !closest(event.target, "button")) this.#focusImages();
  }

  #focusImages() {
    const target = this.#settings.mode === "slider" ? this.#handle : this.#viewport;
    target.focus({ preventScroll: true });
  }

  /**
   * @param {string | undefined} name of a button's action
   * @returns {boolean} whether there is such an action
   */
  #run(name) {
    switch (name) {
      case "in":
        this.zoom.zoomTo(this.zoom.state.scale * ZOOM_STEP, null, true);
        return true;
      case "out":
        this.zoom.zoomTo(this.zoom.state.scale / ZOOM_STEP, null, true);
        return true;
      case "fit":
        this.zoom.reset(true);
        return true;
      case "full":
        this.fullScreen.toggle();
        return true;
      case "play":
        this.#setPlaying(!this.#settings.isPlaying);
        return true;
      case "next":
        return this.#setNextMode();
      case "swap":
        return this.#swap();
      case "retry":
        this.#focusImages(); // the button is about to be hidden
        this.loader.retry();
        return true;
      default:
        return this.changeMap.handle(name ?? "");
    }
  }

  #setNextMode() {
    const modes = MODES.filter((mode) => mode !== "map" || this.#props.map);
    this.#setMode(modes[(modes.indexOf(this.#settings.mode) + 1) % modes.length] ?? "slider");
    return true;
  }

  /** @returns {boolean} whether there are two sides to swap */
  #swap() {
    const { mode, isSwapped } = this.#settings;
    if (mode === "difference" || mode === "map") return false;
    if (mode === "blink") {
      this.#setPlaying(false);
      this.blink.swap();
      return true;
    }
    this.#setSwapped(!isSwapped);
    return true;
  }

  /** @param {boolean} isSwapped whether the after is on the left, or above */
  #setSwapped(isSwapped) {
    this.#settings.isSwapped = isSwapped;
    this.#root.toggleAttribute("data-swapped", isSwapped);
    this.#drawDivider(this.zoom.state);
    this.#remember();
  }

  /**
   * @param {Command} command
   * @returns {boolean} whether it means something in this mode
   */
  #handleCommand(command) {
    if ("index" in command) return this.#setModeByKey(MODES[command.index]);
    if ("amount" in command) return this.#move(command);
    return this.#handleSimple(command.name);
  }

  /** @param {Mode | undefined} mode */
  #setModeByKey(mode) {
    if (!mode || (mode === "map" && !this.#props.map)) return false;
    this.#setMode(mode);
    return true;
  }

  /** @param {Simple} name */
  #handleSimple(name) {
    const isSlider = this.#settings.mode === "slider";
    if (name === "peek") this.#root.toggleAttribute("data-peek", true);
    else if (name === "play" && this.#settings.mode !== "blink") return this.changeMap.handle("play");
    else if (isSlider && name === "start") this.#setShare(0);
    else if (isSlider && name === "end") this.#setShare(1);
    else return this.#run(name);
    return true;
  }

  /** @param {Extract<Command, {amount: number}>} command */
  #move({ name, amount }) {
    const { mode, share } = this.#settings;
    const step = PAN_STEP_PX * amount;
    if (mode === "slider" && name === "left") this.#setShare(Math.max(0, share - amount / 100));
    else if (mode === "slider" && name === "right") this.#setShare(Math.min(1, share + amount / 100));
    else if (this.zoom.state.scale <= 1) return false;
    else if (name === "left") this.zoom.panBy(step, 0, true);
    else if (name === "right") this.zoom.panBy(-step, 0, true);
    else if (name === "up") this.zoom.panBy(0, step, true);
    else this.zoom.panBy(0, -step, true);
    return true;
  }
}

/** @param {HTMLElement} pane */
function imageIn(pane) {
  const image = pane.querySelector("img");
  if (!image) throw new Error("A pane without an image");
  return image;
}

export default mountComponent((parent) => new CompareViewer(parent));
