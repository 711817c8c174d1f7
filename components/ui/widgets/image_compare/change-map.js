/**
 * The mode "Changes": what is taken from the edit, and a brush to correct it. The source shows
 * everywhere else, dimmed.
 */

import { RadioGroup } from "./controls.js";
import { MapPicture } from "./map-picture.js";
import { MapRequest } from "./map-request.js";
import { MAX_STROKES, MapHistory, radiusOfStep, readSettings, settingsText } from "./map-settings.js";
import { closest, find, setText } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";

/** @import { Point } from "../shared/zoom-math.js" */
/** @import { MapInfo } from "./map-picture.js" */
/** @import { MapSettings, Stroke } from "./map-settings.js" */
/** @import { ChangeMapProps } from "./parse-props.js" */

/** @typedef {"move" | "brush" | "rectangle"} Tool */
/**
 * @typedef {object} ChangeMapOptions
 * @property {() => {width: number, height: number}} frame the viewer's, in pixels
 * @property {(id: string, settings: string) => void} onSave
 * @property {AbortSignal} signal
 */

const TOOLS = /** @type {const} */ (["move", "brush", "rectangle"]);
const LEVELS = ["Least", "Less", "Usual", "More", "Most"];
const SIZE_STEP = 8;
const MAX_REMEMBERED = 20;
const WORKING = "Comparing the two pictures…";
const FULL = `${MAX_STROKES} strokes are the most. Undo some, or save and go on from there.`;

/**
 * What was set and not saved, by the map's id: a rerun may remove the viewer and bring it back.
 * @type {Map<string, MapHistory>}
 */
const remembered = new Map();

export class ChangeMap {
  #root;
  #viewport;
  #panel;
  #options;
  #picture;
  #tools;
  #takes;
  #request;
  #history = new MapHistory();
  /** @type {ChangeMapProps | null} */
  #props = null;
  #isActive = false;
  #isSaving = false;
  /** @type {Tool} */
  #tool = "move";
  /** @type {"edit" | "source"} */
  #take = "edit";
  #sizeStep = 50;
  #isSpaceHeld = false;
  /** @type {{pointer: number, kind: "brush" | "rectangle", take: "edit" | "source", points: Point[]} | null} */
  #drawing = null;
  /** The settings that are shown, or asked for. */
  #asked = "";

  /**
   * @param {HTMLElement} root of the viewer
   * @param {HTMLElement} viewport
   * @param {ChangeMapOptions} options
   */
  constructor(root, viewport, options) {
    this.#root = root;
    this.#viewport = viewport;
    this.#options = options;
    this.#panel = find(root, ".kx-compare-panel");
    const { signal } = options;
    this.#picture = new MapPicture(find(root, ".kx-compare-map"), options.frame);
    this.#request = new MapRequest({
      send: (body, abort) => this.#post(body, abort),
      onAnswer: (answer) => this.#show(answer),
      onWorking: () => this.#say(WORKING),
      onProblem: (message) => this.#say(message, true),
    });
    this.#tools = new RadioGroup(
      this.#find(".kx-compare-brushes"),
      (value) => this.#setTool(TOOLS.find((tool) => tool === value) ?? "move"),
      signal,
    );
    this.#takes = new RadioGroup(
      this.#find(".kx-compare-takes"),
      (value) => {
        this.#setTake(value === "source" ? "source" : "edit");
        if (this.#tool === "move") this.#setTool("brush"); // else nothing would happen
      },
      signal,
    );
    this.#setTool("move");
    this.#setTake("edit");
    this.#listen(signal);
  }

  /** @returns {boolean} whether one finger or the mouse draws instead of moving the picture */
  get isDrawing() {
    return this.#isActive && this.#tool !== "move" && !this.#isSpaceHeld;
  }

  /**
   * @param {ChangeMapProps | null} props
   */
  update(props) {
    const last = this.#props;
    this.#props = props;
    this.#isSaving = false;
    if (!props) return;
    const saved = readSettings(props.settings);
    if (last?.id !== props.id) {
      this.#history = remembered.get(props.id) ?? new MapHistory(saved);
      this.#drawing = null;
      this.#asked = "";
      this.#picture.clear();
      setText(this.#find(".kx-compare-map-figures"), "");
    }
    this.#history.noteSaved(saved);
    this.#picture.showSource(appUrl(props.sourceUrl));
    this.#drawControls();
  }

  /** @param {boolean} isActive whether the viewer is in this mode */
  run(isActive) {
    this.#isActive = isActive;
    this.#panel.hidden = !isActive;
    this.#root.dataset.tool = isActive ? this.#tool : "move";
    if (isActive) this.#ask(0);
    else this.#cancelDrawing();
  }

  destroy() {
    this.#request.stop();
    this.#picture.clear();
  }

  /**
   * @param {string} name of a command
   * @returns {boolean} whether it means something here
   */
  handle(name) {
    if (!this.#isActive || !this.#props) return false;
    if (name === "undo") this.#history.undo();
    else if (name === "redo") this.#history.redo();
    else if (name === "reset") this.#history.reset();
    else if (name === "smaller") return this.#setSize(this.#sizeStep - SIZE_STEP);
    else if (name === "larger") return this.#setSize(this.#sizeStep + SIZE_STEP);
    else if (name === "play") return this.#holdSpace(); // Space
    else if (name === "dim") return this.#toggleDim();
    else if (name === "again") this.#asked = "";
    else if (name === "save") return this.#save();
    else return false;
    this.#changed(0);
    return true;
  }

  // Settings --------------------------------------------------------------------------------

  /** @param {Tool} tool */
  #setTool(tool) {
    this.#tool = tool;
    this.#tools.check(tool);
    if (this.#isActive) this.#root.dataset.tool = tool;
    this.#panel.dataset.tool = tool;
    this.#picture.hideBrush();
  }

  /** @param {"edit" | "source"} take */
  #setTake(take) {
    this.#take = take;
    this.#takes.check(take);
    this.#panel.dataset.take = take;
  }

  /** @param {number} step 0 to 100 */
  #setSize(step) {
    this.#sizeStep = Math.min(100, Math.max(0, step));
    this.#range("size").value = String(this.#sizeStep);
    this.#picture.sizeBrush(radiusOfStep(this.#sizeStep));
    return true;
  }

  #toggleDim() {
    const isPlain = this.#root.toggleAttribute("data-undimmed");
    this.#find("[data-do=dim]").setAttribute("aria-pressed", String(!isPlain));
    return true;
  }

  /** @param {number} [pause] */
  #changed(pause) {
    this.#drawControls();
    this.#remember();
    this.#ask(pause);
  }

  #remember() {
    if (!this.#props) return;
    remembered.delete(this.#props.id); // so that the newest is the last
    remembered.set(this.#props.id, this.#history);
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  }

  #save() {
    const button = this.#find("[data-do=save]");
    if (!this.#props || button.getAttribute("aria-disabled") === "true") return true;
    this.#isSaving = true;
    this.#drawControls();
    this.#options.onSave(this.#props.id, settingsText(this.#history.settings));
    return true;
  }

  #drawControls() {
    const { sensitivity, growth, feather } = this.#history.settings;
    this.#drawRange("sensitivity", sensitivity, LEVELS[sensitivity + 2] ?? "");
    const percent = Math.round(growth * 1000) / 10;
    this.#drawRange("growth", percent, `${percent > 0 ? "+" : ""}${percent} %`.replace("-", "−"));
    this.#drawRange("feather", feather * 100, `${Math.round(feather * 100)} %`);
    setDisabled(this.#find("[data-do=undo]"), !this.#history.canUndo);
    setDisabled(this.#find("[data-do=redo]"), !this.#history.canRedo);
    setDisabled(this.#find("[data-do=reset]"), this.#history.isUsual);
    const isMade = this.#props?.state === "working" || this.#isSaving;
    const isSaved = this.#history.isSaved && this.#props?.isKept === true;
    const save = this.#find("[data-do=save]");
    const isOurs = this.#isSaving || this.#props?.settings !== "{}"; // else the studio began by itself
    save.textContent = isMade ? (isOurs ? "Saving…" : "Working…") : isSaved ? "Saved" : "Save";
    setDisabled(save, isMade || isSaved);
    setText(this.#find(".kx-compare-save-problem"), isMade ? "" : (this.#props?.problem ?? ""));
  }

  /**
   * @param {string} name
   * @param {number} value
   * @param {string} words
   */
  #drawRange(name, value, words) {
    const range = this.#range(name);
    range.value = String(value);
    range.setAttribute("aria-valuetext", words);
    const shown = range.parentElement?.querySelector(".kx-compare-value");
    if (shown) shown.textContent = words;
  }

  // The map ---------------------------------------------------------------------------------

  /** @param {number} [pause] */
  #ask(pause) {
    const text = settingsText(this.#history.settings);
    if (!this.#isActive || !this.#props || text === this.#asked) return;
    this.#asked = text;
    if (!this.#picture.info) this.#say(WORKING);
    this.#request.ask(text, pause);
  }

  /**
   * @param {string} body
   * @param {AbortSignal} signal
   */
  async #post(body, signal) {
    const headers = { "content-type": "application/json" };
    return fetch(appUrl(this.#props?.url) ?? "", { method: "POST", body, headers, signal });
  }

  /** @param {Response} answer */
  async #show(answer) {
    const url = this.#props?.url;
    const info = readInfo(answer.headers.get("x-change-map"));
    const mask = await createImageBitmap(await answer.blob());
    const edit = await this.#picture.loadEdit(appUrl(url) ?? "");
    if (url !== this.#props?.url) return;
    this.#picture.draw(mask, edit, info);
    this.#picture.sizeBrush(radiusOfStep(this.#sizeStep));
    this.#say("");
    const percent = shareWords(info.changed);
    setText(this.#find(".kx-compare-map-figures"), percent);
  }

  /**
   * @param {string} message
   * @param {boolean} [isProblem]
   */
  #say(message, isProblem = false) {
    if (isProblem) this.#asked = "";
    const status = this.#find(".kx-compare-map-status");
    setText(find(status, "span"), message);
    status.hidden = message === "";
    find(status, "button").hidden = !isProblem;
  }

  // Drawing ---------------------------------------------------------------------------------

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.#panel.addEventListener("input", (event) => this.#onInput(event), { signal });
    this.#panel.addEventListener("change", () => this.#history.endGesture(), { signal });
    this.#viewport.addEventListener("pointerdown", (event) => this.#onPress(event), { signal });
    this.#viewport.addEventListener("pointermove", (event) => this.#onHover(event), { signal });
    this.#viewport.addEventListener("pointerleave", () => this.#picture.hideBrush(), { signal });
    window.addEventListener("pointermove", (event) => this.#onDraw(event), { signal });
    window.addEventListener("pointerup", (event) => this.#onRelease(event), { signal });
    window.addEventListener("pointercancel", () => this.#cancelDrawing(), { signal });
    const endSpace = () => this.#releaseSpace();
    window.addEventListener("keyup", ({ key }) => key === " " && endSpace(), { signal });
    window.addEventListener("blur", endSpace, { signal });
  }

  /** @param {Event} event */
  #onInput({ target }) {
    if (!(target instanceof HTMLInputElement)) return;
    const value = Number(target.value);
    const { name } = target;
    if (name === "size") {
      this.#setSize(value);
      return;
    }
    /** @type {Record<string, Partial<MapSettings>>} */
    const changes = {
      sensitivity: { sensitivity: value },
      growth: { growth: value / 100 },
      feather: { feather: value / 100 },
    };
    this.#history.change(changes[name] ?? {}, name);
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #onPress(event) {
    if (this.#drawing) {
      this.#cancelDrawing(); // a second finger zooms
      return;
    }
    const { button, isPrimary, altKey, pointerId } = event;
    if (!this.isDrawing || button !== 0 || !isPrimary || closest(event.target, "button")) return;
    const point = this.#picture.pointAt(event);
    if (!point) return;
    event.preventDefault(); // or a text would be selected
    const other = this.#take === "edit" ? "source" : "edit";
    this.#drawing = {
      pointer: pointerId,
      kind: this.#tool === "rectangle" ? "rectangle" : "brush",
      take: altKey ? other : this.#take,
      points: [point],
    };
    this.#drawStroke();
  }

  /** @param {PointerEvent} event */
  #onHover(event) {
    const point = this.isDrawing && this.#tool === "brush" ? this.#picture.pointAt(event) : null;
    if (!point || event.pointerType === "touch") this.#picture.hideBrush();
    else this.#picture.moveBrush(point, (this.#take === "source") !== event.altKey);
  }

  /** @param {PointerEvent} event */
  #onDraw(event) {
    const drawing = this.#drawing;
    if (drawing?.pointer !== event.pointerId) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const point = this.#picture.pointAt(move);
      if (!point) continue;
      if (drawing.kind === "rectangle") drawing.points.splice(1, 1, point);
      else drawing.points.push(point);
    }
    this.#drawStroke();
  }

  /** @param {PointerEvent} event */
  #onRelease(event) {
    const drawing = this.#drawing;
    if (drawing?.pointer !== event.pointerId) return;
    this.#drawing = null;
    const isSpot = drawing.kind === "rectangle" && drawing.points.length < 2;
    const points = isSpot ? [] : this.#picture.sourcePoints(drawing.points, drawing.kind);
    if (!points.length) {
      this.#picture.hideStroke();
      return;
    }
    /** @type {Stroke} */
    const stroke = {
      kind: drawing.kind,
      take: drawing.take,
      points,
      radius: radiusOfStep(this.#sizeStep),
    };
    if (!this.#history.addStroke(stroke)) {
      this.#picture.hideStroke();
      this.#say(FULL);
      return;
    }
    this.#changed(0);
  }

  #cancelDrawing() {
    this.#drawing = null;
    this.#picture.hideStroke();
    this.#picture.hideBrush();
  }

  #drawStroke() {
    if (!this.#drawing) return;
    const { kind, take, points } = this.#drawing;
    this.#picture.drawStroke(points, kind, take, radiusOfStep(this.#sizeStep));
  }

  #holdSpace() {
    if (this.#tool === "move") return false;
    this.#isSpaceHeld = true;
    this.#root.dataset.tool = "move";
    this.#picture.hideBrush();
    return true;
  }

  #releaseSpace() {
    if (!this.#isSpaceHeld) return;
    this.#isSpaceHeld = false;
    this.#root.dataset.tool = this.#isActive ? this.#tool : "move";
  }

  /** @param {string} selector */
  #find(selector) {
    return find(this.#root, selector);
  }

  /** @param {string} name */
  #range(name) {
    const range = this.#find(`input[name=${name}]`);
    if (!(range instanceof HTMLInputElement)) throw new Error(`${name} is no input`);
    return range;
  }
}

/**
 * @param {HTMLElement} button
 * @param {boolean} isDisabled it stays reachable, so that the focus is not lost
 */
function setDisabled(button, isDisabled) {
  button.setAttribute("aria-disabled", String(isDisabled));
}

/**
 * @param {string | null} header
 * @returns {MapInfo}
 */
function readInfo(header) {
  const { changed, size, area, source } = JSON.parse(header ?? "{}");
  const [left, top, width, height] = area;
  return {
    changed,
    size: { width: size[0], height: size[1] },
    area: { left, top, width, height },
    source: { width: source[0], height: source[1] },
  };
}

/** @param {number} changed 0 to 1 */
function shareWords(changed) {
  if (changed === 0) return "All pixels are your own";
  if (changed > 0.995) return "All of it is the edit";
  const percent = Math.max(1, Math.round(changed * 100));
  return `${changed < 0.01 ? "Under 1" : percent} % from the edit · ${100 - percent} % your own pixels`;
}
