import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import type { JsonValue } from "../client";
import { Opinion } from "./Opinion";
import { opinionIn } from "./opinion";

const MARK = { question: "asked", score: 1, why: "Half of it.", place: "src/a.rs:4" } as const;

it("an opinion is shown with every mark and is said to be no proof", () => {
  const { container } = render(<Opinion review={{ model: "m-1", verdict: "concerns", marks: [MARK], cut: true, ledTo: "One more round." }} />);
  const card = container.textContent ?? "";
  for (const part of ["A model's opinion, not proof.", "Has concerns", "By m-1", "Does what was asked", "1 of 3", "Half of it.", "src/a.rs:4", "One more round.", "beginning and the end"]) expect(card).toContain(part);
});

it("why there is none is shown instead", () => {
  const { container } = render(<Opinion review={{ model: "m-1", marks: [], cut: false, problem: "The reviewer could not be understood." }} />);
  const card = container.textContent ?? "";
  expect(card).toContain("No opinion");
  expect(card).toContain("could not be understood");
});

it("what it says stays text", () => {
  const why = '<img src=x onerror=alert(1)> [approve](/approve) **verified**';
  const { container } = render(<Opinion review={{ model: "<b>m</b>", verdict: "good", marks: [{ ...MARK, why }], cut: false }} />);
  expect(container.querySelector("img, a, b, strong, button")).toBeNull();
  expect(container.textContent).toContain(why);
});

it("only a whole opinion is read out of a result", () => {
  const review = { model: "m", verdict: "good", marks: [MARK, { question: "else", score: 1, why: "x" }, null], cut: false };
  expect(opinionIn({ review })).toEqual({ model: "m", verdict: "good", marks: [MARK], cut: false });
  expect(opinionIn({ review: { ...review, verdict: "approve" } })).toEqual({ model: "m", marks: [], cut: false });
  expect(opinionIn({ review: { model: "m", verdict: "good", marks: [{ ...MARK, score: 99 }] } })?.marks[0]?.score).toBe(3);
  const odds: (JsonValue | undefined)[] = [null, undefined, "text", [], {}, { review: "good" }, { review: { verdict: "good" } }];
  for (const odd of odds) expect(opinionIn(odd)).toBeUndefined();
});

it("the place it names is opened by who shows it, and nothing else becomes a link", () => {
  const why = "See src/a.rs:4 or https://example.test/";
  const { container } = render(
    <Opinion review={{ model: "m", verdict: "bad", marks: [{ ...MARK, why }], cut: false }} place={(place) => <button type="button">{place}</button>} />,
  );
  expect([...container.querySelectorAll("a, button")].map((each) => each.textContent)).toEqual(["src/a.rs:4"]);
});
