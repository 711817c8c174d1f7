/**
 * Drift chart: three small curves on one axis of steps. Pointing at a step, or the arrow keys, shows
 * its numbers; a hidden list has them all as text.
 */

import { CURVE_SIZE, FIGURES, curvePoints, describePoint, hasKept, lastMeasured, nearestStep, polyline } from "./drift-curves.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { element, setText } from "../shared/dom.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Figure, Point } from "./drift-curves.js" */

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<string, number>} */
const STEP_BY_KEY = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 */
function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

class Curve {
  #value = element("span", "kx-drift-value");
  #raw = element("span", "kx-drift-raw");
  #marker = shape("line", { class: "kx-drift-marker", y1: 0, y2: CURVE_SIZE.height });
  /** @type {SVGElement[]} */
  #dots = [];
  #places;

  /**
   * @param {Figure} figure
   * @param {Point[]} points
   * @param {boolean} withRaw
   */
  constructor(figure, points, withRaw) {
    this.figure = figure;
    const raws = withRaw ? points.map(({ raw }) => raw[figure.key]) : [];
    const shown = points.map((point) => point.shown[figure.key]);
    this.#places = curvePoints(shown, figure, raws);
    this.#dots = this.#places.map(({ x, y }, index) =>
      shape("circle", { cx: x, cy: y, r: 3, "data-measured": String(points[index]?.is_measured) }),
    );
    const svg = shape(
      "svg",
      { viewBox: `0 0 ${CURVE_SIZE.width} ${CURVE_SIZE.height}`, "aria-hidden": "true" },
      this.#marker,
      ...(withRaw ? [shape("polyline", { class: "kx-drift-raw-line", points: polyline(curvePoints(raws, figure, shown)) })] : []),
      shape("polyline", { class: "kx-drift-line", points: polyline(this.#places) }),
      ...this.#dots,
    );
    const numbers = element("p", "kx-drift-numbers", element("span", "kx-drift-label", figure.label), this.#value, this.#raw);
    this.root = element("div", "kx-drift-curve", numbers, svg);
  }

  /**
   * @param {Point} point
   * @param {number} index
   * @param {boolean} withRaw
   */
  show(point, index, withRaw) {
    const { key, format } = this.figure;
    setText(this.#value, point.is_measured ? format(point.shown[key]) : "not measured");
    setText(this.#raw, withRaw && point.is_measured ? `raw ${format(point.raw[key])}` : "");
    const x = String(this.#places[index]?.x ?? 0);
    this.#marker.setAttribute("x1", x);
    this.#marker.setAttribute("x2", x);
    this.#dots.forEach((dot, number) => dot.toggleAttribute("data-active", number === index));
  }
}

class DriftChart {
  #root = element("section", "kx-drift");
  #step = element("span", "kx-drift-step");
  #legend = element("span", "kx-drift-legend");
  #charts = element("div", "kx-drift-charts");
  #text = element("ol", "kx-drift-text");
  /** @type {Curve[]} */
  #curves = [];
  /** @type {Point[]} */
  #points = [];
  #withRaw = false;
  #active = 0;
  #drawn = "";

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#root.setAttribute("aria-label", "Drift over the steps");
    this.#legend.append(
      element("span", "kx-drift-key", "as it stands"),
      element("span", "kx-drift-key kx-drift-key-raw", "raw answers alone"),
    );
    Object.assign(this.#charts, { tabIndex: 0, role: "slider" });
    this.#charts.setAttribute("aria-label", "Step");
    this.#charts.addEventListener("pointermove", (event) => this.#point(event));
    this.#charts.addEventListener("pointerdown", (event) => this.#point(event));
    this.#charts.addEventListener("pointerleave", () => this.#show(lastMeasured(this.#points)));
    this.#charts.addEventListener("keydown", (event) => this.#press(event));
    const head = element("p", "kx-drift-head", this.#step, this.#legend);
    this.#root.append(head, this.#charts, this.#text);
    parent.append(this.#root);
  }

  /** @param {Component<{points: string}>} component */
  update({ data }) {
    if (this.#drawn === data.points) return;
    this.#drawn = data.points;
    this.#points = JSON.parse(data.points);
    this.#withRaw = hasKept(this.#points);
    this.#legend.hidden = !this.#withRaw;
    this.#curves = FIGURES.map((figure) => new Curve(figure, this.#points, this.#withRaw));
    this.#charts.replaceChildren(...this.#curves.map(({ root }) => root));
    this.#charts.setAttribute("aria-valuemin", "0");
    this.#charts.setAttribute("aria-valuemax", String(this.#points.length - 1));
    this.#text.replaceChildren(...this.#points.map((point) => element("li", "", describePoint(point, this.#withRaw))));
    this.#show(lastMeasured(this.#points));
  }

  /** @param {number} index */
  #show(index) {
    const point = this.#points[index];
    if (!point) return;
    this.#active = index;
    setText(this.#step, index ? `After ${point.name.toLowerCase()}, outside of the changes` : point.name);
    this.#charts.setAttribute("aria-valuenow", String(index));
    this.#charts.setAttribute("aria-valuetext", describePoint(point, this.#withRaw));
    for (const curve of this.#curves) curve.show(point, index, this.#withRaw);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const svg = event.target instanceof Element ? event.target.closest(".kx-drift-curve")?.querySelector("svg") : null;
    if (!svg) return;
    const box = svg.getBoundingClientRect();
    this.#show(nearestStep((event.clientX - box.left) / box.width, this.#points.length));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = STEP_BY_KEY[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#show(Math.min(this.#points.length - 1, Math.max(0, this.#active + step)));
  }

  destroy() {
    this.#root.remove();
  }
}

export default mountComponent((parent) => new DriftChart(parent));
