import { expect, it } from "vitest";
import { type Press, REVIEW_KEYS, reviewKey } from "./keys";

const press = (key: string, more: Partial<Press> = {}): Press => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

it("single letters move and switch, in either case", () => {
  expect([reviewKey(press("j"), false), reviewKey(press("N"), false), reviewKey(press("/"), false)]).toEqual(["file.next", "hunk.next", "filter"]);
});

it("nothing happens while somebody types, composes or holds a modifier", () => {
  expect(reviewKey(press("j"), true)).toBeNull();
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { shiftKey: true }, { isComposing: true }]) expect(reviewKey(press("a", more), false)).toBeNull();
});

it("no plain key answers an approval", () => {
  expect(reviewKey(press("Enter"), false)).toBeNull();
  expect(REVIEW_KEYS.map((one) => one.does).filter((does) => /approve|land|deny/.test(does))).toEqual([]);
});
