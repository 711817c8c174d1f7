import assert from "node:assert/strict";
import { test } from "node:test";

import { mayComeLater, retryPicture } from "./picture-retry.js";

/** @param {number | null} status null for no connection */
const answering = (status) => async () => {
  if (status === null) throw new TypeError("Failed to fetch");
  return /** @type {Response} */ ({ status });
};

/** @param {number | null} status */
function failing(status, isWanted = true) {
  const image = Object.assign(new EventTarget(), { src: "http://studio/a", currentSrc: "http://studio/a?size=768" });
  /** @type {string[]} */
  const heard = [];
  /** @type {{act: () => void, ms: number}[]} */
  const waiting = [];
  retryPicture(/** @type {any} */ (image), {
    isWanted: () => isWanted,
    onGone: () => heard.push("gone"),
    onWait: () => heard.push("wait"),
    ask: /** @type {any} */ (answering(status)),
    wait: (act, ms) => waiting.push({ act, ms }),
  });
  let loads = 0;
  Object.defineProperty(image, "src", {
    get: () => "http://studio/a",
    set: () => {
      loads++;
    },
  });
  const fail = async () => {
    image.dispatchEvent(new Event("error"));
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { fail, heard, waiting, loads: () => loads };
}

test("a server that fails may have the picture later, one that does not know it never", async () => {
  for (const [status, isLate] of /** @type {[number | null, boolean][]} */ ([
    [503, true],
    [500, true],
    [null, true],
    [404, false],
    [200, false],
  ])) {
    assert.equal(await mayComeLater("http://studio/a", /** @type {any} */ (answering(status))), isLate);
  }
});

test("a picture that may come is loaded again after three seconds", async () => {
  const picture = failing(503);
  await picture.fail();
  assert.deepEqual(picture.heard, ["wait"]);
  assert.equal(picture.waiting[0].ms, 3000);
  assert.equal(picture.loads(), 0);
  picture.waiting[0].act();
  assert.equal(picture.loads(), 1);
});

test("a picture that is gone is not asked for again", async () => {
  const picture = failing(404);
  await picture.fail();
  assert.deepEqual([picture.heard, picture.waiting.length], [["gone"], 0]);
});

test("a picture that nobody wants any more is left alone", async () => {
  const picture = failing(503, false);
  await picture.fail();
  assert.deepEqual([picture.heard, picture.waiting.length], [[], 0]);
});
