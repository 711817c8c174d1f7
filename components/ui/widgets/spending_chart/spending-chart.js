/**
 * Spending chart: a bar for each day, with a part for each model. Pointing at a day tells its numbers;
 * a hidden list has them all as text.
 */

import { describeDay, modelsOf, namedDays, topOf, totalOf } from "./chart-scale.js";
import { mountComponent } from "../../streamlit_internals/mount.js";
import { element, setText } from "../shared/dom.js";

/** @import { Component } from "../../streamlit_internals/streamlit.js" */
/** @import { Day } from "./chart-scale.js" */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;
const MOST_NAMES = 6;

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

class SpendingChart {
  #root = element("section", "kx-spending");
  #told = element("span", "kx-spending-told");
  #legend = element("span", "kx-spending-legend");
  #top = element("span", "kx-spending-top");
  #plot = element("div", "kx-spending-plot");
  #names = element("div", "kx-spending-names");
  #text = element("ol", "kx-spending-text");
  /** @type {Day[]} */
  #days = [];
  #drawn = "";

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#root.setAttribute("aria-label", "Credits by day");
    this.#plot.setAttribute("aria-hidden", "true");
    this.#names.setAttribute("aria-hidden", "true");
    this.#plot.addEventListener("pointermove", (event) => this.#point(event));
    this.#plot.addEventListener("pointerdown", (event) => this.#point(event));
    this.#plot.addEventListener("pointerleave", () => this.#tell(-1));
    const head = element("p", "kx-spending-head", this.#told, this.#legend);
    this.#root.append(head, this.#top, this.#plot, this.#names, this.#text);
    parent.append(this.#root);
  }

  /** @param {Component<{days: string}>} component */
  update({ data }) {
    if (this.#drawn === data.days) return;
    this.#drawn = data.days;
    this.#days = JSON.parse(data.days);
    const models = modelsOf(this.#days);
    const top = topOf(Math.max(0, ...this.#days.map(totalOf)));
    setText(this.#top, top.toLocaleString("en"));
    this.#plot.replaceChildren(this.#draw(models, top));
    this.#legend.replaceChildren(
      ...models.map((model, index) => {
        const key = element("span", "kx-spending-key", model);
        key.dataset.part = String(index);
        return key;
      }),
    );
    const named = namedDays(this.#days.length, MOST_NAMES);
    this.#names.replaceChildren(
      ...named.map((index) => {
        const name = element("span", "", this.#days[index]?.name ?? "");
        name.style.left = `${((index + 0.5) / this.#days.length) * 100}%`;
        return name;
      }),
    );
    this.#text.replaceChildren(...this.#days.map((day) => element("li", "", describeDay(day))));
    this.#tell(-1);
  }

  /**
   * @param {string[]} models
   * @param {number} top
   */
  #draw(models, top) {
    const lines = [0, 0.5, 1].map((part) => shape("line", { x1: 0, x2: this.#days.length, y1: part * HEIGHT, y2: part * HEIGHT }));
    const bars = this.#days.map((day, index) => {
      let y = HEIGHT;
      const parts = models.map((model, part) => {
        const height = ((day.amounts[model] ?? 0) / top) * HEIGHT;
        y -= height;
        return shape("rect", { x: index + 0.15, y, width: 0.7, height, "data-part": part });
      });
      return shape("g", {}, ...parts);
    });
    return shape("svg", { viewBox: `0 0 ${this.#days.length || 1} ${HEIGHT}`, preserveAspectRatio: "none" }, ...lines, ...bars);
  }

  /** @param {number} index */
  #tell(index) {
    const day = this.#days[index];
    setText(this.#told, day ? describeDay(day) : "Credits by day, reserved ones included");
    this.#plot.querySelectorAll("g").forEach((bar, number) => bar.toggleAttribute("data-active", number === index));
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.#plot.getBoundingClientRect();
    this.#tell(Math.floor(((event.clientX - box.left) / box.width) * this.#days.length));
  }

  destroy() {
    this.#root.remove();
  }
}

export default mountComponent((parent) => new SpendingChart(parent));
