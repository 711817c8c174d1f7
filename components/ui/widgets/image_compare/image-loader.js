/**
 * Loading of the two pictures: which are there, which failed, and trying again.
 */

/** @typedef {"loading" | "ready" | "failed"} LoadStatus */

/**
 * @param {HTMLImageElement[]} images
 * @param {(status: LoadStatus) => void} onChange
 *   The pictures taken together: failed if one is, ready if all are.
 * @returns {{show: (image: HTMLImageElement, url: string, alt: string) => void,
 *   retry: () => void, readonly status: LoadStatus, destroy: () => void}}
 */
export function createPictures(images, onChange) {
  const listening = new AbortController();
  const states = new Map(images.map((image) => [image, { url: null, status: "loading" }]));

  function together() {
    const all = [...states.values()].map((state) => state.status);
    if (all.includes("failed")) return "failed";
    return all.includes("loading") ? "loading" : "ready";
  }

  function mark(image, status) {
    states.get(image).status = status;
    image.dataset.status = status;
    onChange(together());
  }

  function load(image, url) {
    states.get(image).url = url;
    mark(image, url ? "loading" : "failed");
    if (url) image.src = url;
    else image.removeAttribute("src");
  }

  for (const image of images) {
    image.addEventListener("load", () => mark(image, "ready"), { signal: listening.signal });
    image.addEventListener("error", () => mark(image, "failed"), { signal: listening.signal });
  }

  return {
    show(image, url, alt) {
      image.alt = alt;
      if (states.get(image).url !== url) load(image, url);
    },
    retry() {
      for (const [image, state] of states) {
        if (state.status === "failed") load(image, state.url);
      }
    },
    get status() {
      return together();
    },
    destroy: () => listening.abort(),
  };
}
