import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ConfirmDialog } from ".";

afterEach(cleanup);

it("asks once, does it on yes alone, and can be left by the button and by Escape", () => {
  const onYes = vi.fn();
  const onClose = vi.fn();
  const { rerender } = render(<ConfirmDialog open onClose={onClose} title="Forget it?" text="It is gone then." yes="Forget" danger onYes={onYes} />);
  screen.getByRole("dialog", { name: "Forget it?", description: "It is gone then." });
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect([onYes.mock.calls.length, onClose.mock.calls.length]).toEqual([0, 1]);
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  expect([onYes.mock.calls.length, onClose.mock.calls.length]).toEqual([0, 2]);
  fireEvent.click(screen.getByRole("button", { name: "Forget" }));
  expect([onYes.mock.calls.length, onClose.mock.calls.length]).toEqual([1, 2]);
  rerender(<ConfirmDialog open busy onClose={onClose} title="Forget it?" text="It is gone then." yes="Forget" no="Keep" onYes={onYes} />);
  fireEvent.click(screen.getByRole("button", { name: "Forget" }));
  expect(onYes).toHaveBeenCalledTimes(1);
  screen.getByRole("button", { name: "Keep" });
});
