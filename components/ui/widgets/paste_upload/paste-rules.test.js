import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseFile, chooseTarget, isImage, remember } from "./paste-rules.js";

const file = (name, type = "", size = 7) => ({ name, type, size });

test("an image is known by its type, or by its ending where the system has no type", () => {
  assert.ok(isImage(file("shot.png", "image/png")));
  assert.ok(isImage(file("PHONE.HEIC")));
  assert.ok(isImage(file("scan.tif")) && isImage(file("scan.tiff")));
  assert.ok(!isImage(file("notes.txt", "text/plain")));
  assert.ok(!isImage(file("heic.txt")));
});

test("the first image among the files is taken", () => {
  const image = file("b.png", "image/png");
  assert.deepEqual(chooseFile([file("a.txt"), image, file("c.png", "image/png")], 10), { file: image });
});

test("a file that is no image is rejected by name", () => {
  assert.deepEqual(chooseFile([file("notes.txt", "text/plain")], 10), {
    rejected: { name: "notes.txt", is_image: false },
  });
});

test("an image larger than the uploader takes is rejected as an image", () => {
  assert.ok("file" in chooseFile([file("a.png", "image/png", 10)], 10));
  assert.deepEqual(chooseFile([file("a.png", "image/png", 11)], 10), {
    rejected: { name: "a.png", is_image: true },
  });
});

const target = (uploader, round = 1) => ({ data: { uploader, round } });

test("a page that is left and drawn once more does not take the files of the new one", () => {
  const targets = ["drop", "edit", "drop"].map((name) => target(name)).reduce(remember, []);
  assert.equal(chooseTarget(targets, (name) => name === "edit").data.uploader, "edit");
});

test("while no uploader is on the page the newest is waited for", () => {
  const targets = ["drop", "edit"].map((name) => target(name)).reduce(remember, []);
  assert.equal(chooseTarget(targets, () => false).data.uploader, "edit");
  assert.equal(chooseTarget([], () => false), undefined);
});

test("each uploader is remembered once, with what was drawn last, and four in all", () => {
  const again = remember([target("edit", 1), target("drop")], target("edit", 2));
  assert.deepEqual(again, [target("edit", 2), target("drop")]);
  const many = ["a", "b", "c", "d", "e"].map((name) => target(name)).reduce(remember, []);
  assert.deepEqual(many.map(({ data }) => data.uploader), ["e", "d", "c", "b"]);
});
