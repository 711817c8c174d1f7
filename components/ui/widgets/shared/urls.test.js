import assert from "node:assert/strict";
import { test } from "node:test";

import { appUrl } from "./urls.js";

const ORIGIN = "https://studio.example";

test("a relative URL stays below the base path, on the first page and on another", () => {
  assert.equal(appUrl("app/a.png", ORIGIN), "https://studio.example/app/a.png");
  assert.equal(appUrl("push", `${ORIGIN}/studio/`), "https://studio.example/studio/push");
  assert.equal(appUrl("push", `${ORIGIN}/studio/gallery?q=1`), "https://studio.example/studio/push");
});

test("only http and https URLs are returned", () => {
  assert.equal(appUrl("http://other.example/a", ORIGIN), "http://other.example/a");
  assert.equal(appUrl("javascript:alert(1)", ORIGIN), null);
  assert.equal(appUrl("data:text/html,x", ORIGIN), null);
});

test("an empty or missing URL is null", () => {
  for (const url of ["", null, undefined]) assert.equal(appUrl(url, ORIGIN), null);
});

test("a quote in a URL is escaped, so it cannot leave a CSS url()", () => {
  assert.ok(!appUrl('/a"b', ORIGIN)?.includes('"'));
});
