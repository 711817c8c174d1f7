import assert from "node:assert/strict";
import { test } from "node:test";

import { endingOf, failureOf, imageIdIn, isImage, refusal, selectFiles, summaryOf } from "./upload-rules.js";

const file = (name, type = "", size = 7) => ({ name, type, size });

test("an image is known by its type, or by its ending where the system has no type", () => {
  assert.ok(isImage(file("shot.png", "image/png")));
  assert.ok(isImage(file("PHONE.HEIC")));
  assert.ok(isImage(file("scan.tif")) && isImage(file("scan.tiff")));
  assert.ok(!isImage(file("notes.txt", "text/plain")));
  assert.ok(!isImage(file("heic.txt")));
});

test("what is no picture or too large is refused before it is sent", () => {
  assert.equal(refusal(file("a.png", "image/png", 20 * 1024 * 1024), 20 * 1024 * 1024), null);
  assert.match(refusal(file("a.png", "image/png", 20 * 1024 * 1024 + 1), 20 * 1024 * 1024), /larger than 20 MB/);
  assert.match(refusal(file("notes.txt", "text/plain"), 10), /no picture/);
});

test("of a folder only the pictures are taken, of chosen files all", () => {
  const files = [file("a.png", "image/png"), file("notes.txt", "text/plain")];
  assert.deepEqual(selectFiles(files, true), { files: [files[0]], note: "" });
  assert.deepEqual(selectFiles(files, false), { files, note: "" });
  assert.match(selectFiles([files[1]], true).note, /no picture in this folder/);
});

test("more than 200 at once are cut, and that is said", () => {
  const many = Array.from({ length: 201 }, (_, number) => file(`${number}.png`, "image/png"));
  const selected = selectFiles(many, true);
  assert.equal(selected.files.length, 200);
  assert.match(selected.note, /first 200 of 201/);
});

test("the sentence of the server is shown, and what a proxy answers is not", () => {
  const said = JSON.stringify({ message: "This is a text file." });
  assert.deepEqual(failureOf(422, said, null), { message: "This is a text file.", canRetry: false, waits: false });
  assert.match(failureOf(502, "<html>Bad gateway</html>", null).message, /does not answer/);
  assert.match(failureOf(413, "<html>", null).message, /too large/);
  assert.match(failureOf(0, "", null).message, /connection was lost/);
});

test("what may pass by itself can be tried again, and what the server asks for waits", () => {
  assert.deepEqual(
    [0, 200, 408, 500, 503, 507, 401, 413, 422].map((status) => failureOf(status, "", null).canRetry),
    [true, true, true, true, true, true, false, false, false],
  );
  assert.ok(failureOf(429, "{}", "2").waits);
  assert.ok(!failureOf(503, "{}", null).waits);
});

test("only an id is taken for an id", () => {
  assert.equal(imageIdIn(JSON.stringify({ id: "a".repeat(32) })), "a".repeat(32));
  for (const body of ["", "[]", "null", '{"id":"../x"}', '{"id":7}']) assert.equal(imageIdIn(body), null);
});

test("the summary counts what is in and what is not taken", () => {
  assert.equal(summaryOf({ done: 2, refused: 1, open: 27 }), "2 of 30 are in · 1 not taken");
  assert.equal(summaryOf({ done: 1, refused: 1, open: 0 }), "1 picture is in · 1 not taken");
  assert.equal(summaryOf({ done: 30, refused: 0, open: 0 }), "30 pictures are in");
  assert.equal(summaryOf({ done: 0, refused: 2, open: 0 }), "2 not taken");
});

test("the place of a picture shows the ending of its name", () => {
  assert.deepEqual(["a.heic", "a.JPG", "a", "a.numbers"].map(endingOf), ["HEIC", "JPG", "", ""]);
});
