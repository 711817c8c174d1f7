/**
 * Asks again for pictures that the server cannot get at now; those that are gone are not asked for.
 */

const RETRY_MS = 3000;

/**
 * What happened to a picture that did not load: an image element does not tell.
 * @param {string} url
 * @param {typeof fetch} ask
 * @returns {Promise<boolean>} whether it may load later
 */
export async function mayComeLater(url, ask = fetch) {
  try {
    const { status } = await ask(url, { method: "HEAD", cache: "no-store" });
    return status >= 500;
  } catch {
    return true; // no connection
  }
}

/**
 * Load an image again every few seconds while the server says that it may come.
 * @param {HTMLImageElement} image
 * @param {object} handlers
 * @param {() => boolean} handlers.isWanted whether it still matters what becomes of this file
 * @param {() => void} handlers.onGone
 * @param {() => void} [handlers.onWait]
 * @param {typeof fetch} [handlers.ask]
 * @param {(act: () => void, ms: number) => unknown} [handlers.wait]
 */
export function retryPicture(image, { isWanted, onGone, onWait, ask, wait = setTimeout }) {
  image.addEventListener("error", async () => {
    const { src } = image;
    const isSame = () => image.src === src && isWanted();
    const isLate = await mayComeLater(image.currentSrc || src, ask);
    if (!isSame()) return;
    if (!isLate) return onGone();
    onWait?.();
    wait(() => {
      if (isSame()) image.src = src;
    }, RETRY_MS);
  });
}
