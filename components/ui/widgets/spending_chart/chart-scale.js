/** The arithmetic of the spending chart. */

/** @typedef {{name: string, amounts: Record<string, number>}} Day */

/**
 * The models of all days, in one order.
 * @param {Day[]} days
 */
export function modelsOf(days) {
  return [...new Set(days.flatMap(({ amounts }) => Object.keys(amounts)))].sort();
}

/** @param {Day} day */
export function totalOf({ amounts }) {
  return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}

/**
 * The round number at the top of the axis: 1, 2 or 5 times a power of ten.
 * @param {number} highest
 */
export function topOf(highest) {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= highest) ?? highest;
}

/**
 * Which of the days have their name below the bar: at most `most`, the last one among them.
 * @param {number} count
 * @param {number} most
 */
export function namedDays(count, most) {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: count }, (_, index) => index).filter((index) => (count - 1 - index) % step === 0);
}

/** @param {Day} day */
export function describeDay(day) {
  const parts = Object.entries(day.amounts).map(([model, amount]) => `${model} ${amount.toLocaleString("en")}`);
  return `${day.name}: ${totalOf(day).toLocaleString("en")} credits${parts.length > 1 ? ` (${parts.join(", ")})` : ""}`;
}
