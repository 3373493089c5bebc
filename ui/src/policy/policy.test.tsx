import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { outcome } from "../approvals/answer";
import { approval } from "../model/events.fixture";
import { classesText } from "./classes";
import { Remember } from "./Remember";
import { actionOf } from "./try-it";

afterEach(cleanup);

describe("why it would be asked", () => {
  it("asks about exactly what is typed", () => {
    expect(actionOf("command", " git push ", true)).toEqual({ kind: "command", argv: ["bash", "-c", "git push"], cwd: "", confined: false });
    expect(actionOf("host", "a.example", false)).toEqual({ kind: "network", host: "a.example", port: 443 });
    expect(actionOf("host", "a.example:8443", false)).toEqual({ kind: "network", host: "a.example", port: 8443 });
    expect(actionOf("file", "ci/x.yml", false)).toEqual({ kind: "file.write", paths: ["ci/x.yml"] });
    expect(actionOf("host", "a.example:0", false)).toBe("port");
    expect(actionOf("host", "a.example:99999", false)).toBe("port");
    expect(actionOf("command", "   ", false)).toBeUndefined();
  });

  it("names classes, and one it does not know by its own word", () => {
    expect(classesText(["build", "publish"])).toBe("builds or tests, pushes or publishes");
    expect(classesText(["orbit"])).toBe("orbit");
  });
});

describe("remembering an answer", () => {
  const offer = { rule: { id: "", effect: "allow" as const, kinds: ["network"], paths: [], argvPrefix: [], hosts: ["a.example"], maxRisk: null, maxFiles: null, maxLines: null, actors: [], minutes: null, ports: [443], classes: [] }, covers: "Connecting to a.example on port 443", spans: ["job" as const, "hour" as const] };

  it("shows exactly what would be covered, and offers what the server offers and no more", () => {
    const remember = vi.fn();
    render(<Remember approval={approval({ offer })} busy={false} disabled={false} remember={remember} />);
    expect(screen.getByText(/Connecting to a.example on port 443/)).toBeTruthy();
    expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["For this job", "For an hour"]);
    const hour = screen.getByRole("button", { name: "For an hour" });
    expect(fireEvent.keyDown(hour, { key: "Enter" })).toBe(false);
    fireEvent.click(hour);
    expect(remember).toHaveBeenCalledWith("hour");
  });

  it("offers nothing where every single time needs its own answer", () => {
    const { container } = render(<Remember approval={approval({})} busy={false} disabled={false} remember={() => undefined} />);
    expect(container.textContent).toBe("");
  });

  it("is told afterwards", () => {
    expect(outcome(approval({ state: "approved", decidedBy: "owner", remembered: "hour" })).text).toBe("Allowed for an hour by owner");
    expect(outcome(approval({ state: "approved", decidedBy: "owner" })).text).toBe("Allowed once by owner");
  });
});
