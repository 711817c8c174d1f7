/**
 * The settings of a change map, and the way back through them. Touches no document.
 */

/** @typedef {[number, number]} SourcePoint x and y from 0 to 1 over the whole source */
/**
 * @typedef {object} Stroke
 * @property {"brush" | "rectangle"} kind a rectangle has two corners as its points
 * @property {"edit" | "source"} take
 * @property {SourcePoint[]} points
 * @property {number} radius of the brush, as a share of the source's long side
 */
/**
 * @typedef {object} MapSettings as `MapSettings` of the server reads them
 * @property {number} sensitivity -2 to 2
 * @property {number} growth -0.05 to 0.05 of the long side
 * @property {number} feather 0 to 4 times the usual soft edge
 * @property {readonly Stroke[]} strokes the last one wins
 */

export const MAX_STROKES = 200;
const MAX_STEPS = 300;

/** @type {Readonly<MapSettings>} */
export const USUAL = Object.freeze({ sensitivity: 0, growth: 0, feather: 1, strokes: [] });
/** Of the brush, as shares of the source's long side. */
const SMALLEST = 0.004;
const LARGEST = 0.16;
const SIZES = 100;

/**
 * @param {number} step 0 to 100 of the slider; each step is the same factor
 * @returns {number} the brush's radius
 */
export function radiusOfStep(step) {
  const share = Math.min(1, Math.max(0, step / SIZES));
  return Number((SMALLEST * (LARGEST / SMALLEST) ** share).toFixed(5));
}

/**
 * @param {MapSettings} settings
 * @returns {string} JSON; equal settings give the same text
 */
export function settingsText({ sensitivity, growth, feather, strokes }) {
  const written = strokes.map(({ kind, take, points, radius }) => ({ kind, take, points, radius }));
  return JSON.stringify({ sensitivity, growth, feather, strokes: written });
}

/**
 * @param {unknown} text what the server stored; all that is missing or broken is as usual
 * @returns {MapSettings}
 */
export function readSettings(text) {
  let sent;
  try {
    sent = JSON.parse(String(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return USUAL;
  }
  if (typeof sent !== "object" || sent === null) return USUAL;
  /** @param {"sensitivity" | "growth" | "feather"} name */
  const number = (name) => (Number.isFinite(sent[name]) ? sent[name] : USUAL[name]);
  return {
    sensitivity: number("sensitivity"),
    growth: number("growth"),
    feather: number("feather"),
    strokes: Array.isArray(sent.strokes) ? sent.strokes : [],
  };
}

export class MapHistory {
  /** @type {MapSettings[]} */
  #past = [];
  /** @type {MapSettings[]} */
  #future = [];
  #now;
  #saved;
  /** What the last change was part of: a slider that is dragged is one step. */
  #gesture = "";

  /** @param {MapSettings} saved */
  constructor(saved = USUAL) {
    this.#now = saved;
    this.#saved = settingsText(saved);
  }

  get settings() {
    return this.#now;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  get isUsual() {
    return settingsText(this.#now) === settingsText(USUAL);
  }

  get isSaved() {
    return settingsText(this.#now) === this.#saved;
  }

  /**
   * What is stored has changed. It is shown, unless that would lose what was not saved.
   * @param {MapSettings} saved
   */
  noteSaved(saved) {
    const isUntouched = this.isSaved;
    const text = settingsText(saved);
    if (text === this.#saved) return;
    this.#saved = text;
    if (isUntouched && !this.isSaved) this.#set(saved);
  }

  /**
   * @param {Partial<MapSettings>} changes
   * @param {string} [gesture] consecutive changes of one gesture are undone together
   */
  change(changes, gesture = "") {
    if (gesture && gesture === this.#gesture) {
      this.#now = { ...this.#now, ...changes };
      return;
    }
    this.#set({ ...this.#now, ...changes });
    this.#gesture = gesture;
  }

  /** The next change is a step of its own. */
  endGesture() {
    this.#gesture = "";
  }

  /**
   * @param {Stroke} stroke
   * @returns {boolean} false if there are as many as can be kept
   */
  addStroke(stroke) {
    if (this.#now.strokes.length >= MAX_STROKES) return false;
    this.change({ strokes: [...this.#now.strokes, stroke] });
    return true;
  }

  reset() {
    if (!this.isUsual) this.#set(USUAL);
  }

  undo() {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(this.#now);
    this.#now = before;
    this.endGesture();
  }

  redo() {
    const after = this.#future.pop();
    if (!after) return;
    this.#past.push(this.#now);
    this.#now = after;
    this.endGesture();
  }

  /** @param {MapSettings} settings */
  #set(settings) {
    this.#past.push(this.#now);
    if (this.#past.length > MAX_STEPS) this.#past.shift();
    this.#future = [];
    this.#now = settings;
    this.endGesture();
  }
}
