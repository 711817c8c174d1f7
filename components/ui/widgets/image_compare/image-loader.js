/**
 * Loads the two images: which are there, which failed, and trying again.
 */

/** @typedef {"loading" | "ready" | "failed"} LoadStatus */

export class ImageLoader {
  #onChange;
  #listening = new AbortController();
  /** @type {Map<HTMLImageElement, {url: string, status: LoadStatus}>} */
  #images = new Map();

  /**
   * @param {HTMLImageElement[]} images
   * @param {(status: LoadStatus) => void} onChange gets the status of all images together
   */
  constructor(images, onChange) {
    this.#onChange = onChange;
    const { signal } = this.#listening;
    for (const image of images) {
      this.#images.set(image, { url: "", status: "loading" });
      image.addEventListener("load", () => this.#setStatus(image, "ready"), { signal });
      image.addEventListener("error", () => this.#setStatus(image, "failed"), { signal });
    }
  }

  /** @returns {LoadStatus} failed if one is, ready if all are */
  get status() {
    const all = [...this.#images.values()].map(({ status }) => status);
    if (all.includes("failed")) return "failed";
    return all.includes("loading") ? "loading" : "ready";
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} url empty for an image that is not known
   * @param {string} alt
   */
  show(image, url, alt) {
    image.alt = alt;
    if (this.#images.get(image)?.url !== url || !url) this.#load(image, url);
  }

  retry() {
    for (const [image, { url, status }] of this.#images) {
      if (status === "failed") this.#load(image, url);
    }
  }

  destroy() {
    this.#listening.abort();
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} url
   */
  #load(image, url) {
    this.#images.set(image, { url, status: "loading" });
    this.#setStatus(image, url ? "loading" : "failed");
    if (url) image.src = url;
    else image.removeAttribute("src");
  }

  /**
   * @param {HTMLImageElement} image
   * @param {LoadStatus} status
   */
  #setStatus(image, status) {
    const state = this.#images.get(image);
    if (!state) return;
    state.status = status;
    image.dataset.status = status;
    this.#onChange(this.status);
  }
}
