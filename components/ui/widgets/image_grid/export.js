/**
 * Downloads several images as one ZIP file.
 */

import { element } from "../shared/dom.js";
import { appUrl } from "../shared/urls.js";

export const MAX_EXPORTED = 1000; // the server takes no more in one file

/**
 * A form, since a link could not carry so many ids; its answer goes to a frame, so that an error
 * does not replace the page.
 * @param {string} address
 * @param {string[]} ids
 * @param {HTMLElement} parent
 */
export function downloadExport(address, ids, parent) {
  const url = appUrl(address);
  if (!url || !ids.length) return;
  const frame = parent.querySelector("iframe") ?? element("iframe", "");
  Object.assign(frame, { name: "kx-grid-export", hidden: true });
  const field = element("input", "");
  Object.assign(field, { type: "hidden", name: "ids", value: ids.join(",") });
  const form = element("form", "", field);
  Object.assign(form, { method: "post", action: url, target: frame.name });
  parent.append(frame, form);
  form.submit();
  form.remove();
}
