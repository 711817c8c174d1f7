import assert from "node:assert/strict";
import { test } from "node:test";

import { filesOf } from "./dropped-files.js";

const fileEntry = (name, fails = false) => ({
  name,
  isDirectory: false,
  file: (resolve, reject) => (fails ? reject(new Error("gone")) : resolve({ name })),
});

/** A folder whose reader gives two entries at a time, as browsers give a hundred. */
const folderEntry = (name, ...children) => ({
  name,
  isDirectory: true,
  createReader: () => {
    const left = [...children];
    return { readEntries: (resolve) => resolve(left.splice(0, 2)) };
  },
});

const transfer = (entries, files = []) => ({
  files,
  items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
});

const names = async (...entries) => (await filesOf(transfer(entries))).files.map(({ name }) => name);

test("files without a folder are taken as they are", async () => {
  const files = [{ name: "a.png" }];
  assert.deepEqual(await filesOf(transfer([fileEntry("a.png")], files)), { files, fromFolder: false });
  assert.deepEqual(await filesOf(transfer([null], files)), { files, fromFolder: false });
});

test("a folder is read to its end, folders inside of it included", async () => {
  const inner = folderEntry("inner", fileEntry("d"), fileEntry("e"), fileEntry("f"));
  const outer = folderEntry("outer", fileEntry("a"), fileEntry("b"), fileEntry("c"), inner);
  assert.deepEqual(await names(outer, fileEntry("g")), ["a", "b", "c", "d", "e", "f", "g"]);
});

test("hidden files of a system and files that cannot be read are left out", async () => {
  const folder = folderEntry("photos", fileEntry(".DS_Store"), fileEntry("gone", true), fileEntry("a"));
  assert.deepEqual(await names(folder), ["a"]);
});
