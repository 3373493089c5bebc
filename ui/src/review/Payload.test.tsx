import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Payload } from "./Payload";

it("a payload is shown whole, whatever it holds", () => {
  const value = { kind: "land", argv: ["npm", "run", "a b"], files: [{ path: "x.rs", old: null, new: "ab12" }], deep: { a: [1, { b: true }] }, empty: "", none: null, list: [] };
  const { container } = render(<Payload value={value} />);
  const text = container.textContent ?? "";
  for (const key of Object.keys(value)) expect(text).toContain(key);
  expect(text).toContain("npm run 'a b'");
  expect(text).toContain("x.rs  none  ab12");
  expect(text).toContain('"b": true');
  expect(text).toContain("null");
  expect(text).toContain("[]");
});

it("markup in a payload stays text", () => {
  const { container } = render(<Payload value={{ title: "<img src=x onerror=alert(1)>" }} />);
  expect(container.querySelector("img")).toBeNull();
});
