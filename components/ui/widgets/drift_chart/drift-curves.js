/**
 * The curves of the drift chart: what is drawn, where, and the words for it.
 */

/**
 * @typedef {{color_delta_e: number, sharpness: number, moved_px: number}} Drift
 * @typedef {{name: string, shown: Drift, raw: Drift, is_measured: boolean}} Point as in `__init__.py`
 * @typedef {{label: string, key: keyof Drift, best: number, worst: number,
 *   format: (value: number) => string}} Figure
 */

export const CURVE_SIZE = { width: 240, height: 40 };
const MARGIN = 5; // room for dots and line caps

/** @param {number} value */
const tenths = (value) => (value < 0.05 ? "0" : value < 10 ? value.toFixed(1) : value.toFixed(0));

/**
 * `worst` is the value at the foot of the chart, unless a chain went further: small drift must look
 * small.
 * @type {Figure[]}
 */
export const FIGURES = [
  { label: "Colour", key: "color_delta_e", best: 0, worst: 8, format: (value) => `${tenths(value)} ΔE` },
  { label: "Sharpness", key: "sharpness", best: 1, worst: 0.4, format: (value) => `${Math.round(value * 100)} %` },
  { label: "Shift", key: "moved_px", best: 0, worst: 16, format: (value) => `${tenths(value)} px` },
];

/**
 * Where the values stand; the best is at the top.
 * @param {number[]} values
 * @param {Figure} figure
 * @param {number[]} [others] drawn on the same scale
 * @returns {{x: number, y: number}[]}
 */
export function curvePoints(values, { best, worst }, others = []) {
  const furthest = Math.max(...[worst, ...values, ...others].map((value) => Math.abs(value - best)));
  const [width, height] = [CURVE_SIZE.width - 2 * MARGIN, CURVE_SIZE.height - 2 * MARGIN];
  const sign = Math.sign(worst - best);
  return values.map((value, index) => ({
    x: MARGIN + (width * index) / Math.max(1, values.length - 1),
    y: MARGIN + height * Math.max(0, ((value - best) * sign) / furthest),
  }));
}

/** @param {{x: number, y: number}[]} points */
export function polyline(points) {
  return points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

/**
 * Whether the raw answers would have drifted further than what is shown.
 * @param {Point[]} points
 */
export function hasKept(points) {
  return points.some(({ shown, raw }) => FIGURES.some(({ key }) => Math.abs(shown[key] - raw[key]) > 1e-6));
}

/**
 * The step that is told while none is pointed at: of what is not measured, nothing can be told.
 * @param {Pick<Point, "is_measured">[]} points
 */
export function lastMeasured(points) {
  return points.map((point) => point.is_measured).lastIndexOf(true);
}

/**
 * One sentence on a step.
 * @param {Point} point
 * @param {boolean} withRaw
 */
export function describePoint({ name, shown, raw, is_measured: isMeasured }, withRaw) {
  if (!isMeasured) return `${name}: not measured.`;
  /** @param {Drift} drift */
  const list = (drift) => FIGURES.map(({ label, key, format }) => `${label.toLowerCase()} ${format(drift[key])}`).join(", ");
  return `${name}: ${list(shown)}${withRaw ? `; raw answers: ${list(raw)}` : ""}.`;
}

/**
 * The step nearest to a horizontal position.
 * @param {number} share of the chart's width, 0 to 1
 * @param {number} count of the steps, the original included
 */
export function nearestStep(share, count) {
  const inner = (share * CURVE_SIZE.width - MARGIN) / (CURVE_SIZE.width - 2 * MARGIN);
  return Math.min(count - 1, Math.max(0, Math.round(inner * (count - 1))));
}
