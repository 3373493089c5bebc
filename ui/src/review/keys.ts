// Keys of the review room. They work while the focus is anywhere in the review but in a field, and never together
// with a modifier: those belong to the page and the browser.

export type ReviewKey = "file.next" | "file.previous" | "hunk.next" | "hunk.previous" | "unified" | "split" | "viewed" | "fold" | "approval" | "filter";

const TABLE: Readonly<Record<string, ReviewKey>> = {
  j: "file.next",
  k: "file.previous",
  n: "hunk.next",
  p: "hunk.previous",
  u: "unified",
  s: "split",
  v: "viewed",
  o: "fold",
  a: "approval",
  "/": "filter",
};

export const REVIEW_KEYS: readonly { readonly keys: string; readonly does: ReviewKey }[] = Object.entries(TABLE).map(([keys, does]) => ({ keys, does }));

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing?: boolean;
}

export function reviewKey(press: Press, inField: boolean): ReviewKey | null {
  if (inField || press.ctrlKey || press.metaKey || press.altKey || press.shiftKey || press.isComposing) return null;
  return TABLE[press.key.toLowerCase()] ?? null;
}
