import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Store } from "../model";
import { alike, useSelected } from "./context";

afterEach(cleanup);

describe("watching a part of the state", () => {
  it("draws again only when the chosen part changed", () => {
    const store = new Store({ a: [1, 2], b: 0 });
    let drawn = 0;
    function Show() {
      drawn += 1;
      return <p>{useSelected(store, (state) => state.a.filter((n) => n > 1)).join()}</p>;
    }
    render(<Show />);
    act(() => store.set({ ...store.get(), b: 1 }));
    expect(drawn).toBe(1);
    act(() => store.set({ a: [1, 2, 3], b: 1 }));
    expect(drawn).toBe(2);
    expect(screen.getByText("2,3")).toBeTruthy();
  });

  it("compares lists and objects one level down", () => {
    const part = {};
    expect(alike([part, 1], [part, 1])).toBe(true);
    expect(alike([{}], [{}])).toBe(false);
    expect(alike({ a: 1 }, { a: 1 })).toBe(true);
    expect(alike({ a: 1 }, [1])).toBe(false);
    expect(alike(new Map(), new Map())).toBe(false);
  });
});
