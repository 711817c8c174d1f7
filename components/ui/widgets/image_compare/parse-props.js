/**
 * Reading what Python sent. Nothing here throws: a value that is missing or broken becomes
 * one that can be drawn, and a picture without an address is shown as not loaded.
 */

export const MODES = ["slider", "side", "blink", "difference"];

/** @typedef {{left: number, top: number, width: number, height: number}} Box Shares of the frame. */
/** @typedef {{url: string, label: string, alt: string}} SideView */
/** @typedef {{name: string, note: string, box: Box}} Fit */

/**
 * @typedef {object} View
 * @property {string} key  The instance, the same through reruns.
 * @property {SideView} before
 * @property {SideView} after
 * @property {{width: number, height: number}} frame  The after's size in pixels.
 * @property {number} heightPx  The tallest the stage may be, in CSS pixels.
 * @property {string} mode  One of MODES.
 * @property {Fit[]} fits  At least one.
 */

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/**
 * @param {{view?: string} | null | undefined} data
 * @returns {View}
 */
export function readView(data) {
  const sent = parsed(data?.props);
  const fits = Array.isArray(sent.fits) ? sent.fits.map(readFit) : [];
  return {
    key: String(sent.key ?? ""),
    before: readSide(sent.before, "Before"),
    after: readSide(sent.after, "After"),
    frame: {
      width: positive(sent.frame?.width, 4),
      height: positive(sent.frame?.height, 3),
    },
    heightPx: positive(sent.heightPx, 560),
    mode: MODES.includes(sent.mode) ? sent.mode : MODES[0],
    fits: fits.length > 0 ? fits : [readFit({})],
  };
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // every field then takes its fallback, and the stage says what is missing
  }
}

function readSide(side, label) {
  const text = (value) => (typeof value === "string" ? value : "");
  return { url: text(side?.url), label: text(side?.label) || label, alt: text(side?.alt) };
}

function readFit(fit) {
  const box = fit?.box ?? WHOLE;
  const sound = Object.keys(WHOLE).every((edge) => Number.isFinite(box[edge]));
  return {
    name: String(fit?.name ?? "crop"),
    note: String(fit?.note ?? ""),
    box: sound && box.width > 0 && box.height > 0 ? box : WHOLE,
  };
}

function positive(value, fallback) {
  return Number.isFinite(value) && value > 0 ? value : fallback;
}
