import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { type Crew, Store } from "../model";
import { alike, CrewProvider, useCall, useSelected } from "./context";

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

describe("a reading for one page", () => {
  it("is read again when what it depends on changed, and shows what it had meanwhile", async () => {
    let asked = 0;
    let answer: ((value: unknown) => void) | undefined;
    const call = () => new Promise((resolve) => ((asked += 1), (answer = resolve)));
    const crew = { state: new Store({ connection: { state: "live" } }), call } as unknown as Crew;
    function Show({ since }: { since: number }) {
      const { value } = useCall("system.status", {}, since);
      return <p>{JSON.stringify(value ?? "nothing")}</p>;
    }
    const page = (since: number) => (
      <CrewProvider crew={crew}>
        <Show since={since} />
      </CrewProvider>
    );
    const { rerender } = render(page(0));
    await act(async () => answer?.("first"));
    expect(screen.getByText('"first"')).toBeTruthy();
    rerender(page(0));
    expect(asked).toBe(1);
    rerender(page(1));
    expect(asked).toBe(2);
    expect(screen.getByText('"first"')).toBeTruthy();
    await act(async () => answer?.("second"));
    expect(screen.getByText('"second"')).toBeTruthy();
  });
});
