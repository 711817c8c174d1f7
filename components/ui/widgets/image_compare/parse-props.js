/**
 * Reads what Python sent. Nothing here throws: a missing or broken value becomes one that can be
 * drawn, and an image without a URL is shown as not loaded.
 */

/** @typedef {"slider" | "side" | "blink" | "difference" | "map"} Mode */
/** @typedef {{left: number, top: number, width: number, height: number}} Box shares of the frame */
/** @typedef {{url: string, label: string, alt: string}} CompareImage */
/** @typedef {{name: string, note: string, box: Box}} Fit */

/**
 * @typedef {object} Props
 * @property {string} key of the instance, the same through reruns
 * @property {CompareImage} before
 * @property {CompareImage} after
 * @property {{width: number, height: number}} frame the after's size in pixels
 * @property {Mode} mode
 * @property {[Fit, ...Fit[]]} fits at least one
 * @property {number | null} changed share of the before that the edit changed, where it is known
 * @property {ChangeMapProps | null} map null where there is no change map
 */
/**
 * @typedef {object} ChangeMapProps
 * @property {string} id the same for all versions of a result
 * @property {string} url takes settings and answers a map; the edit as it lies on the source
 * @property {string} sourceUrl
 * @property {string} settings of the version that was made last, JSON
 * @property {boolean} isKept whether there is such a version
 * @property {"" | "working"} state
 * @property {string} problem why the last version was not made
 */

/** @type {readonly Mode[]} In the order of their buttons. */
export const MODES = ["slider", "side", "blink", "difference", "map"];
/** @type {Box} */
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/**
 * @param {unknown} text JSON
 * @returns {Props}
 */
export function parseProps(text) {
  const sent = parseObject(text);
  const frame = asObject(sent.frame);
  const [first, ...others] = Array.isArray(sent.fits) ? sent.fits.map(readFit) : [];
  return {
    key: String(sent.key ?? ""),
    before: readImage(sent.before, "Before"),
    after: readImage(sent.after, "After"),
    frame: { width: positive(frame.width, 4), height: positive(frame.height, 3) },
    mode: MODES.find((mode) => mode === sent.mode) ?? "slider",
    fits: [first ?? readFit({}), ...others],
    changed: typeof sent.changed === "number" ? sent.changed : null,
    map: sent.map ? readMap(sent.map) : null,
  };
}

/**
 * @param {unknown} text
 * @returns {Record<string, unknown>}
 */
function parseObject(text) {
  try {
    return asObject(JSON.parse(String(text)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {}; // every field then takes its default, and the viewport shows what is missing
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function asObject(value) {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/**
 * @param {unknown} value
 * @param {string} label when it has none
 * @returns {CompareImage}
 */
function readImage(value, label) {
  const image = asObject(value);
  /** @param {unknown} field */
  const text = (field) => (typeof field === "string" ? field : "");
  return { url: text(image.url), label: text(image.label) || label, alt: text(image.alt) };
}

/**
 * @param {unknown} value
 * @returns {ChangeMapProps}
 */
function readMap(value) {
  const map = asObject(value);
  return {
    id: String(map.id ?? ""),
    url: String(map.url ?? ""),
    sourceUrl: String(map.source_url ?? ""),
    settings: String(map.settings ?? "{}"),
    isKept: map.is_kept === true,
    state: map.state === "working" ? "working" : "",
    problem: String(map.problem ?? ""),
  };
}

/**
 * @param {unknown} value
 * @returns {Fit}
 */
function readFit(value) {
  const fit = asObject(value);
  return { name: String(fit.name ?? "crop"), note: String(fit.note ?? ""), box: readBox(fit.box) };
}

/**
 * @param {unknown} value
 * @returns {Box}
 */
function readBox(value) {
  const { left, top, width, height } = asObject(value);
  const isValid = [left, top, width, height].every(Number.isFinite);
  const box = /** @type {Box} */ ({ left, top, width, height });
  return isValid && box.width > 0 && box.height > 0 ? box : WHOLE;
}

/**
 * @param {unknown} value
 * @param {number} fallback
 * @returns {number}
 */
function positive(value, fallback) {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : fallback;
}
