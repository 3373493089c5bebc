import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { restCarets } from "./resting-caret";

let stop: () => void;
let field: HTMLTextAreaElement;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  document.body.innerHTML = '<textarea id="a"></textarea><input id="b" type="checkbox"><input id="c">';
  field = document.querySelector("textarea") as HTMLTextAreaElement;
  stop = restCarets(document, 60_000);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

const key = (target: Element) => target.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));

it("a field nobody types in rests, and has the focus back before the next key is acted upon", () => {
  field.focus();
  field.value = "half a thought";
  field.setSelectionRange(4, 4);
  vi.advanceTimersByTime(59_000);
  expect(document.activeElement).toBe(field);
  vi.advanceTimersByTime(2_000);
  expect(document.activeElement).toBe(document.body);
  let focused: Element | null = null;
  document.body.addEventListener("keydown", () => (focused = document.activeElement), { once: true });
  key(document.body);
  expect(focused).toBe(field);
  expect([field.selectionStart, field.value]).toEqual([4, "half a thought"]);
});

it("a field that had the focus before anybody was there rests too", () => {
  stop();
  field.focus();
  stop = restCarets(document, 60_000);
  vi.advanceTimersByTime(61_000);
  expect(document.activeElement).toBe(document.body);
});

it("whoever types, points or scrolls keeps it awake", () => {
  field.focus();
  for (const event of [new KeyboardEvent("keydown"), new Event("pointermove"), new Event("wheel")]) {
    vi.advanceTimersByTime(45_000);
    document.dispatchEvent(event);
  }
  expect(document.activeElement).toBe(field);
  vi.advanceTimersByTime(61_000);
  expect(document.activeElement).toBe(document.body);
  document.dispatchEvent(new Event("pointermove"));
  expect(document.activeElement).toBe(field);
});

it("a press elsewhere, a field that is gone and another focus are left alone", () => {
  const rest = () => {
    field.focus();
    vi.advanceTimersByTime(121_000);
    expect(document.activeElement).toBe(document.body);
  };
  rest();
  document.dispatchEvent(new Event("pointerdown"));
  expect(document.activeElement).toBe(document.body);
  rest();
  (document.querySelector("#c") as HTMLElement).focus();
  expect((document.activeElement as HTMLElement).id).toBe("c");
  rest();
  field.remove();
  key(document.body);
  expect(document.activeElement).toBe(document.body);
});

it("what has no caret keeps the focus", () => {
  const box = document.querySelector("#b") as HTMLElement;
  box.focus();
  vi.advanceTimersByTime(300_000);
  expect(document.activeElement).toBe(box);
});
