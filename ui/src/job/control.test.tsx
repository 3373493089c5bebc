import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { CrewProvider } from "../app";
import type { BudgetStanding, Job, SteerMessage } from "../client";
import { type Crew, Store } from "../model";
import { de } from "./control-words.de";
import { JobLimits } from "./JobLimits";
import { SteerBox } from "./SteerBox";
import { isSteerable } from "./steerable";
import { TakenBanner, TakeOver } from "./TakenBanner";
import { useRaise } from "./useRaise";

afterEach(cleanup);

const JOB = {
  id: "j-1", title: "Mend it", status: "claimed", workspaceId: "w", cancelRequested: false, updatedAt: "2026-03-01T14:00:00.000Z",
  params: JSON.stringify({ lane: "worker", instruction: "do", planning: {} }),
} as unknown as Job;

function crewOf(answers: Record<string, (params: Record<string, unknown>) => unknown>) {
  const asked: [string, Record<string, unknown>][] = [];
  const call = async (method: string, params: Record<string, unknown>) => {
    asked.push([method, params]);
    return answers[method]?.(params) ?? { ok: true };
  };
  const crew = { state: new Store({ connection: { state: "live" } }), call, refresh: async () => undefined } as unknown as Crew;
  return { crew, asked };
}

describe("telling a job something", () => {
  it("sends on Enter, keeps a new line on Shift+Enter, and shows what became of each", async () => {
    const messages: SteerMessage[] = [{ number: 1, jobId: "j-1", text: "Keep the name.", by: "owner", state: "taken", saidAt: "2026-03-01T14:00:00.000Z" }];
    const { crew, asked } = crewOf({
      "jobs.steering": () => ({ ok: true, messages: [...messages] }),
      "jobs.steer": ({ text }) => {
        messages.push({ number: 2, jobId: "j-1", text: String(text), by: "owner", state: "waiting", saidAt: "2026-03-01T14:00:01.000Z" });
        return { ok: true, message: messages[1] };
      },
    });
    await act(async () => void render(<CrewProvider crew={crew}><SteerBox job={JOB} live /></CrewProvider>));
    expect(screen.getByText("Keep the name.")).toBeTruthy();
    expect(screen.getByText(/^read, told by You/)).toBeTruthy();
    const field = screen.getByLabelText("Tell it something");
    fireEvent.change(field, { target: { value: "  And the test.  " } });
    fireEvent.keyDown(field, { key: "Enter", shiftKey: true });
    expect(asked.some(([method]) => method === "jobs.steer")).toBe(false);
    await act(async () => void fireEvent.keyDown(field, { key: "Enter" }));
    expect(asked).toContainEqual(["jobs.steer", { id: "j-1", text: "And the test." }]);
    expect(screen.getByText(/^not read yet/)).toBeTruthy();
    expect((field as HTMLTextAreaElement).value).toBe("");
  });

  it("offers no field where nobody would read it", () => {
    const with_ = (change: Partial<Job>) => isSteerable({ ...JOB, ...change });
    expect([with_({}), with_({ status: "completed" }), with_({ cancelRequested: true }), with_({ params: '{"lane":"deterministic","instruction":"x"}' }), with_({ taken: {} as Job["taken"] & object })]).toEqual([true, false, false, false, false]);
  });
});

describe("a job that was taken over", () => {
  const taken = { state: "yours", path: "/data/taken/j-1", branch: "taken/j-1", by: "owner", since: "" } as const;

  it("names its folder and hands back what is in it", async () => {
    const { crew, asked } = crewOf({ "jobs.taken": () => ({ ok: true, taken, changed: ["src/a.rs"], total: 1 }) });
    await act(async () => void render(<CrewProvider crew={crew}><TakenBanner job={{ ...JOB, status: "waiting" }} taken={taken} live /></CrewProvider>));
    expect(screen.getByText("/data/taken/j-1")).toBeTruthy();
    await act(async () => void fireEvent.click(screen.getByText("Hand back")));
    expect(screen.getByText("src/a.rs")).toBeTruthy();
    const message = screen.getByLabelText("Commit message");
    fireEvent.change(message, { target: { value: "By hand" } });
    await act(async () => void fireEvent.keyDown(message, { key: "Enter" }));
    expect(asked).toContainEqual(["jobs.hand_back", { id: "j-1", message: "By hand" }]);
  });

  it("asks what becomes of changes before it goes back to the crew", async () => {
    const { crew, asked } = crewOf({ "jobs.taken": () => ({ ok: true, taken, changed: ["src/a.rs"], total: 1 }) });
    await act(async () => void render(<CrewProvider crew={crew}><TakenBanner job={{ ...JOB, status: "waiting" }} taken={taken} live /></CrewProvider>));
    await act(async () => void fireEvent.click(screen.getByText("Give it back to the crew")));
    await act(async () => void fireEvent.click(screen.getByText("Go on from my changes")));
    expect(asked).toContainEqual(["jobs.let_go", { id: "j-1", end: false, changes: "keep" }]);
  });

  it("says who has it: oneself as the owner or on this very device, and others by their name", async () => {
    const title = async (by: string, deviceId?: string, ownDevice?: string) => {
      const { crew } = crewOf({});
      Object.assign(crew as object, { gateway: { deviceId: ownDevice } });
      await act(async () => void render(<CrewProvider crew={crew}><TakenBanner job={{ ...JOB, status: "waiting" }} taken={{ ...taken, by, ...(deviceId ? { deviceId } : {}) }} live /></CrewProvider>));
      const said = document.querySelector("strong")?.textContent;
      cleanup();
      return said;
    };
    expect(await title("owner")).toBe("This job is yours.");
    expect(await title("Browser on this machine", "d-1", "d-1")).toBe("Taken over by you.");
    // Names may be shared; without an id, or before the server has said who this is, nobody is taken for another.
    expect(await title("Browser on this machine", "d-2", "d-1")).toBe("Taken over by Browser on this machine.");
    expect(await title("Browser on this machine", undefined, "d-1")).toBe("Taken over by Browser on this machine.");
    expect(await title("Browser on this machine", "d-1")).toBe("Taken over by Browser on this machine.");
    expect(de.yoursByYou).toBe("Sie haben diesen Auftrag übernommen.");
  });

  it("is asked for once, and not where there is nothing to take", async () => {
    const { crew, asked } = crewOf({});
    const { rerender } = render(<CrewProvider crew={crew}><TakeOver job={JOB} live /></CrewProvider>);
    await act(async () => void fireEvent.click(screen.getByText("Take over")));
    const yes = screen.getAllByText("Take over").at(-1);
    await act(async () => void (yes && fireEvent.click(yes)));
    expect(asked).toEqual([["jobs.take_over", { id: "j-1" }]]);
    rerender(<CrewProvider crew={crew}><TakeOver job={{ ...JOB, status: "completed" }} live /></CrewProvider>);
    expect(screen.queryByText("Take over")).toBeNull();
  });

  it("is not asked for by a device that may only look", () => {
    const { crew } = crewOf({});
    const looking = { ...crew, gateway: { scopes: ["read"] } } as unknown as Crew;
    render(<CrewProvider crew={looking}><TakeOver job={JOB} live /></CrewProvider>);
    expect(screen.queryByText("Take over")).toBeNull();
  });
});

describe("what a job may use", () => {
  const standing = (measure: BudgetStanding["measure"], used: number, limit: number, scope: BudgetStanding["scope"] = "job") => ({ measure, used, limit, scope }) as BudgetStanding;

  function Limits({ job }: { job: Job }) {
    const raise = useRaise(job);
    return (
      <>
        <JobLimits job={job} live raise={raise} calls={0} />
        {raise.dialog}
      </>
    );
  }

  const shown = async (job: Job, raise: () => unknown = () => ({ ok: true })) => {
    let tokens = 300;
    const { crew, asked } = crewOf({
      "budget.show": () => ({ ok: true, standings: [standing("tokens", 240, 9_000, "day"), standing("tokens", 240, tokens), standing("work_ms", 90_000, 600_000)] }),
      "jobs.raise": () => {
        const answer = raise();
        tokens = 600;
        return answer;
      },
    });
    await act(async () => void render(<CrewProvider crew={crew}><Limits job={job} /></CrewProvider>));
    return asked;
  };

  it("is its own alone, and one press doubles one of it", async () => {
    const asked = await shown(JOB);
    expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["Allow up to 600 tokens", "Allow up to 20 minutes"]);
    await act(async () => void fireEvent.click(screen.getByText("Allow up to 600 tokens")));
    expect(asked).toContainEqual(["jobs.raise", { id: "j-1", tokens: 600 }]);
    expect(screen.getByText("240 tokens of 600 tokens")).toBeTruthy();
    await act(async () => void fireEvent.click(screen.getByText("Allow up to 20 minutes")));
    expect(asked).toContainEqual(["jobs.raise", { id: "j-1", minutes: 20 }]);
  });

  it("says why more is refused, and is not offered twice where the line above offers it", async () => {
    await shown(JOB, () => {
      throw new Error("This job is already completed.");
    });
    await act(async () => void fireEvent.click(screen.getByText("Allow up to 600 tokens")));
    expect(screen.getByText("It was not allowed more")).toBeTruthy();
    cleanup();
    await shown({ ...JOB, status: "waiting", waiting: { reason: "budget" } as Job["waiting"] & object });
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("240 tokens of 300 tokens")).toBeTruthy();
  });
});
