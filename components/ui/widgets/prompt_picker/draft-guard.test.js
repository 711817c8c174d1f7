import assert from "node:assert/strict";
import { test } from "node:test";

import { DraftGuard } from "./draft-guard.js";

function guarded(draft) {
  const stored = new Map();
  const storage = {
    getItem: (name) => stored.get(name) ?? null,
    setItem: (name, text) => stored.set(name, text),
    removeItem: (name) => stored.delete(name),
  };
  const guard = new DraftGuard("generate-prompt", storage);
  if (draft !== undefined) guard.keep(draft);
  return { guard, draft: () => stored.get("kontext.unsent.generate-prompt") };
}

test("a draft is kept under a name that older versions wrote as well", () => {
  assert.equal(guarded("A red barn").draft(), "A red barn");
});

test("a draft is put back after a reload, once", () => {
  const { guard, draft } = guarded("A red barn");
  assert.equal(guard.restore("", ""), "A red barn");
  assert.equal(draft(), undefined);
  assert.equal(guard.restore("", ""), null);
});

test("an empty draft is put back as well: the user had deleted the text", () => {
  assert.equal(guarded("").guard.restore("A red barn", ""), "");
});

test("a draft that is in the box already is not put back", () => {
  assert.equal(guarded("A red barn").guard.restore("A red barn", ""), null);
});

test("a user who types before the draft is put back keeps what they type", () => {
  const { guard, draft } = guarded("A red barn");
  assert.equal(guard.restore("", "A blue"), null);
  assert.equal(draft(), "A blue");
});

test("Python's confirmation discards the draft it has, and no newer one", () => {
  const { guard, draft } = guarded("A red barn");
  guard.confirm("A red", { text: "A red barn", isTyping: true });
  assert.equal(draft(), "A red barn");
  guard.confirm("A red", { text: "A red barn", isTyping: false });
  assert.equal(draft(), "A red barn");
  guard.confirm("A red barn", { text: "A red barn", isTyping: true });
  assert.equal(draft(), undefined);
});

test("a text that Python puts into the box discards the draft once it is drawn", () => {
  const { guard, draft } = guarded("A red barn");
  guard.confirm("A remix", { text: "A red barn", isTyping: false });
  assert.equal(draft(), "A red barn");
  guard.confirm("A remix", { text: "A remix", isTyping: false });
  assert.equal(draft(), undefined);
});

test("a draft stays while its box is not drawn, or shows another text while it has the focus", () => {
  const { guard, draft } = guarded("A red barn");
  guard.confirm("A red", { text: undefined, isTyping: false });
  guard.confirm("A red", { text: "A red", isTyping: true });
  assert.equal(draft(), "A red barn");
});

test("a draft that a page change has overtaken is put back over the text before it", () => {
  const { guard, draft } = guarded("A red barn and a dog");
  guard.leavePage("A red barn");
  assert.equal(guard.restore("A red barn", ""), "A red barn and a dog");
  assert.equal(draft(), undefined);
});

test("a draft is not put back over a remix that came while the page was away", () => {
  const { guard, draft } = guarded("A red barn and a dog");
  guard.leavePage("");
  assert.equal(guard.restore("A blue lake", ""), null);
  assert.equal(draft(), undefined);
});

test("a draft is not put back over a remix with the text that it was typed over", () => {
  const { guard, draft } = guarded("Something else");
  guard.leavePage("A tower");
  guard.discardBefore(1, { isTyping: false });
  assert.equal(draft(), undefined);
  assert.equal(guard.restore("A tower", ""), null);
});

test("a draft that is typed after a remix is put back", () => {
  const { guard } = guarded();
  guard.discardBefore(1, { isTyping: false });
  guard.keep("A tower by night");
  guard.leavePage("A tower");
  guard.discardBefore(1, { isTyping: false });
  assert.equal(guard.restore("A tower", ""), "A tower by night");
});

test("what is typed while a remix arrives stays, and so does a draft in a new session", () => {
  const { guard, draft } = guarded("A tower by");
  guard.discardBefore(1, { isTyping: true });
  guard.discardBefore(1, { isTyping: false });
  assert.equal(draft(), "A tower by");
  guard.discardBefore(0, { isTyping: false });
  assert.equal(draft(), "A tower by");
});

test("a draft typed after a return is put back after a reload over any text", () => {
  const { guard } = guarded("A red");
  guard.leavePage("");
  guard.keep("A red barn");
  assert.equal(guard.restore("A red", ""), "A red barn");
});

test("a page that is left again before the draft is put back does not change what it was over", () => {
  const { guard } = guarded("A red barn and a dog");
  guard.leavePage("A red barn");
  guard.leavePage("A remix");
  assert.equal(guard.restore("A remix", ""), null);
});

test("a page that is left without a draft has nothing to put back", () => {
  const { guard } = guarded();
  guard.leavePage("A red barn");
  assert.equal(guard.restore("A red barn", ""), null);
});

test("a draft is put back over what was sent before it and confirmed only after the page changed", () => {
  const { guard, draft } = guarded("A red barn");
  guard.send();
  guard.keep("A red barn and a dog");
  guard.send();
  guard.leavePage("");
  assert.equal(guard.restore("A red barn", ""), "A red barn and a dog");
  assert.equal(draft(), undefined);
});

test("what was sent before the last confirmation is no reason to put a draft back", () => {
  const { guard } = guarded("A red barn");
  guard.send();
  guard.confirm("A red barn", { text: "A red barn", isTyping: false });
  guard.keep("A blue lake");
  guard.send();
  guard.leavePage("A hill");
  assert.equal(guard.restore("A red barn", ""), null);
});
