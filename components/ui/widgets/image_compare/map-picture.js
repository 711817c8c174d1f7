/**
 * Draws a change map over the source: the edit's pixels, what is dimmed, outline and brush.
 */

import {
  mapBox,
  outlinePath,
  radiusOnMap,
  sourceBox,
  thinLine,
  toSource,
  traceOutline,
} from "./map-geometry.js";
import { find, setBackground } from "../shared/dom.js";

/** @import { Point, Size } from "../shared/zoom-math.js" */
/** @import { SourcePoint } from "./map-settings.js" */
/** @import { Box } from "./parse-props.js" */

/**
 * @typedef {object} MapInfo what the server says of a map; sizes in pixels
 * @property {number} changed share of the source, 0 to 1
 * @property {Size} size of the map
 * @property {Box} area of the source that it shows, as shares of the source
 * @property {Size} source
 */

/** The outline is found on at most so many pixels a side. */
const MAX_TRACED_PX = 900;
const AGAIN_MS = 1000;
const TOLERANCE_PX = 0.6;

export class MapPicture {
  #layer;
  #frame;
  #source;
  #edit;
  #dim;
  #marks;
  #mask = document.createElement("canvas");
  /** @type {MapInfo | null} */
  #info = null;
  /** @type {{url: string, picture: Promise<ImageBitmap>} | null} */
  #loaded = null;

  /**
   * @param {HTMLElement} layer
   * @param {() => Size} frame
   */
  constructor(layer, frame) {
    this.#layer = layer;
    this.#frame = frame;
    this.#source = find(layer, ".kx-compare-map-source");
    this.#edit = canvasIn(layer, ".kx-compare-map-edit");
    this.#dim = canvasIn(layer, ".kx-compare-map-dim");
    const marks = layer.querySelector("svg");
    if (!marks) throw new Error("The map has no marks");
    this.#marks = marks;
  }

  get info() {
    return this.#info;
  }

  /** @param {string | null} url */
  showSource(url) {
    setBackground(this.#source, url);
  }

  clear() {
    this.#info = null;
    this.#loaded = null;
    this.#layer.dataset.state = "empty";
    for (const canvas of [this.#edit, this.#dim, this.#mask]) Object.assign(canvas, { width: 1, height: 1 });
    for (const path of this.#marks.querySelectorAll("path")) path.setAttribute("d", "");
    this.hideStroke();
    this.hideBrush();
  }

  /**
   * The edit as it lies on the source, loaded once.
   * @param {string} url
   */
  async loadEdit(url) {
    if (this.#loaded?.url !== url) this.#loaded = { url, picture: loadBitmap(url) };
    try {
      return await this.#loaded.picture;
    } catch (error) {
      this.#loaded = null; // it is tried again with the next map
      throw error;
    }
  }

  /**
   * @param {ImageBitmap} mask grey
   * @param {ImageBitmap} edit of the same size
   * @param {MapInfo} info
   */
  draw(mask, edit, info) {
    this.#info = info;
    const { width, height } = info.size;
    place(this.#layer, mapBox(this.#frame(), info.size));
    place(this.#source, sourceBox(info.area));
    const values = this.#drawMask(mask, width, height);
    this.#cutOut(this.#edit, (pen) => pen.drawImage(edit, 0, 0, width, height), "destination-in");
    this.#cutOut(this.#dim, (pen) => pen.fillRect(0, 0, width, height), "destination-out");
    this.#marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const path = tracedPath(values, width, height);
    for (const line of this.#marks.querySelectorAll("[data-part=outline]")) line.setAttribute("d", path);
    this.hideStroke();
    this.#layer.dataset.state = "drawn";
  }

  /**
   * @param {ImageBitmap} mask
   * @param {number} width
   * @param {number} height
   * @returns {Uint8ClampedArray} RGBA; the mask is the opacity
   */
  #drawMask(mask, width, height) {
    Object.assign(this.#mask, { width, height });
    const pen = context(this.#mask, { willReadFrequently: true });
    pen.drawImage(mask, 0, 0, width, height);
    const pixels = pen.getImageData(0, 0, width, height);
    const { data } = pixels;
    for (let index = 0; index < data.length; index += 4) data[index + 3] = data[index] ?? 0;
    pen.putImageData(pixels, 0, 0);
    return data;
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(pen: CanvasRenderingContext2D) => void} fill
   * @param {GlobalCompositeOperation} how the mask cuts
   */
  #cutOut(canvas, fill, how) {
    Object.assign(canvas, { width: this.#mask.width, height: this.#mask.height });
    const pen = context(canvas);
    fill(pen);
    pen.globalCompositeOperation = how;
    pen.drawImage(this.#mask, 0, 0);
  }

  // Brush and strokes -----------------------------------------------------------------------

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point | null} in the map's pixels; null while there is no map
   */
  pointAt({ clientX, clientY }) {
    if (!this.#info) return null;
    const rect = this.#layer.getBoundingClientRect();
    const { width, height } = this.#info.size;
    const x = ((clientX - rect.left) / rect.width) * width;
    const y = ((clientY - rect.top) / rect.height) * height;
    return { x, y };
  }

  /**
   * @param {Point[]} points in the map's pixels
   * @param {"brush" | "rectangle"} kind
   * @returns {SourcePoint[]}
   */
  sourcePoints(points, kind) {
    const info = this.#info;
    if (!info) return [];
    const kept = kind === "brush" ? thinLine(points, TOLERANCE_PX) : points;
    return kept.map((point) => toSource(point, info.size, info.area));
  }

  /**
   * Show a stroke until the map with it is there.
   * @param {Point[]} points
   * @param {"brush" | "rectangle"} kind
   * @param {"edit" | "source"} take
   * @param {number} radius share of the source's long side
   */
  drawStroke(points, kind, take, radius) {
    const stroke = findMark(this.#marks, "[data-part=stroke]");
    const [start, end] = points;
    if (!start) return;
    stroke.dataset.take = take;
    stroke.dataset.kind = kind;
    if (kind === "rectangle") {
      const { x, y } = end ?? start;
      stroke.setAttribute("d", `M${start.x} ${start.y}H${x}V${y}H${start.x}Z`);
      stroke.removeAttribute("stroke-width");
    } else {
      const line = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
      stroke.setAttribute("d", `M${line}${end ? "" : "h.01"}`);
      stroke.setAttribute("stroke-width", String(2 * this.#brushPx(radius)));
    }
  }

  hideStroke() {
    findMark(this.#marks, "[data-part=stroke]").setAttribute("d", "");
  }

  /** @param {number} radius */
  sizeBrush(radius) {
    for (const ring of this.#rings()) ring.setAttribute("r", String(this.#brushPx(radius)));
  }

  /**
   * @param {Point} point
   * @param {boolean} keepsSource
   */
  moveBrush({ x, y }, keepsSource) {
    const brush = findMark(this.#marks, "[data-part=brush]");
    brush.setAttribute("transform", `translate(${x} ${y})`);
    brush.dataset.take = keepsSource ? "source" : "edit";
    brush.removeAttribute("visibility");
  }

  hideBrush() {
    findMark(this.#marks, "[data-part=brush]").setAttribute("visibility", "hidden");
  }

  #rings() {
    return this.#marks.querySelectorAll("[data-part=brush] circle");
  }

  /** @param {number} radius */
  #brushPx(radius) {
    const info = this.#info;
    return info ? radiusOnMap(radius, info.size, info.area, info.source) : 0;
  }
}

/**
 * @param {string} url
 * @returns {Promise<ImageBitmap>}
 */
async function loadBitmap(url) {
  for (;;) {
    const answer = await fetch(url);
    if (answer.ok && answer.status !== 202) return createImageBitmap(await answer.blob());
    if (!answer.ok) throw new Error(`The edit answers ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/**
 * @param {Uint8ClampedArray} values RGBA with the mask as the opacity
 * @param {number} width
 * @param {number} height
 */
function tracedPath(values, width, height) {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / MAX_TRACED_PX));
  const columns = Math.floor(width / step);
  const rows = Math.floor(height / step);
  const traced = new Uint8Array(columns * rows);
  const middle = Math.floor(step / 2);
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      traced[y * columns + x] = values[((y * step + middle) * width + x * step + middle) * 4 + 3] ?? 0;
    }
  }
  const lines = traceOutline(traced, columns, rows).map((line) => thinLine(line, 0.3, Infinity));
  return outlinePath(lines, step);
}

/**
 * @param {HTMLElement} target
 * @param {Box} box
 */
function place({ style }, box) {
  for (const edge of /** @type {const} */ (["left", "top", "width", "height"])) {
    style.setProperty(edge, `${box[edge] * 100}%`);
  }
}

/**
 * @param {HTMLElement} layer
 * @param {string} selector
 */
function canvasIn(layer, selector) {
  const canvas = find(layer, selector);
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error(`${selector} is no canvas`);
  return canvas;
}

/**
 * @param {SVGElement} parent
 * @param {string} selector
 */
function findMark(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof SVGElement)) throw new Error(`No mark for ${selector}`);
  return found;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
function context(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new DOMException("The browser gives no canvas");
  return pen;
}
