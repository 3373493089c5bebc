import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { KeychainShown, SavedKey } from "../client";
import { KeyField } from "./ModelKey";
import { hintOf, keyProblem, sayKey } from "./model-key";

const system: KeychainShown = { place: "system", name: "Secret Service", system: "available", detail: "" };
const saved: SavedKey = { role: "workers", endpoint: "https://a/v1", place: "system", state: "ready", detail: "", savedAt: 0 };

describe("a key of a model", () => {
  it("is said to last only for this run where nothing keeps it", () => {
    expect(hintOf({ ...system, place: "run", system: "none" }, false)).toContain("only until the server stops");
    expect(sayKey({ ...saved, place: "run" }, "")[1]).toContain("only until the server stops");
    expect(hintOf(system, false)).toContain("Secret Service");
    expect(hintOf(system, true)).toContain("variable");
    expect(hintOf({ name: "", system: "none", detail: "" }, false)).toContain("No key can be saved");
  });

  it("is marked by what it is good for", () => {
    expect(sayKey(saved, "Secret Service")).toEqual(["passed", "Key kept in the Secret Service"]);
    expect(sayKey({ ...saved, state: "elsewhere" }, "")[1]).toContain("https://a/v1");
    expect(sayKey({ ...saved, state: "gone" }, "")[0]).toBe("failed");
    expect(keyProblem("two words")).not.toBeNull();
    expect(keyProblem(" sk-1 ")).toBeNull();
  });

  it("is typed into a password field that starts empty, and into none where none can be kept", () => {
    const { rerender } = render(<KeyField value="" chain={system} saved fromVariable={false} onChange={() => undefined} />);
    const field = screen.getByLabelText<HTMLInputElement>("Key, optional");
    expect([field.type, field.value, field.disabled]).toEqual(["password", "", false]);
    rerender(<KeyField value="" chain={{ name: "encrypted file", system: "none", detail: "", fix: "Correct `it`." }} saved={false} fromVariable={false} onChange={() => undefined} />);
    expect(field.disabled).toBe(true);
    expect(document.body.textContent).toContain("Correct it.");
  });
});
