import { describe, expect, it } from "vitest";
import { CallFailure, type Call, type DryRun } from "../client";
import { DryRunWatch } from "./dry-run";

const run = (state: DryRun["state"], extra: Partial<DryRun> = {}): DryRun => ({
  workspaceId: "w", state, commit: "c0ffee", checks: [], reason: null, lines: [], linesDropped: 0, startedAt: "2026-01-01T00:00:00Z", finishedAt: null, ...extra,
});

function world(answers: { start?: () => DryRun; read?: () => DryRun | null }) {
  const asked: string[] = [];
  const waiting: Array<() => void> = [];
  const call = (async (method: string) => {
    asked.push(method);
    if (method === "checks.dryRun") return answers.start?.();
    return { run: answers.read?.() ?? null };
  }) as unknown as Call;
  const watch = new DryRunWatch("w", call, {
    after: (_, work) => {
      waiting.push(work);
      return () => {
        const at = waiting.indexOf(work);
        if (at >= 0) waiting.splice(at, 1);
      };
    },
  });
  return { watch, asked, waiting };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the dry run of the checks", () => {
  it("reads its lines while it runs and somebody looks, and stops when it is over", async () => {
    let now = run("running", { lines: ["one"] });
    const { watch, waiting } = world({ start: () => run("preparing"), read: () => now });
    const away = watch.look();
    await watch.start();
    await settled();
    expect(waiting).toHaveLength(1);
    waiting.shift()?.();
    await settled();
    expect(watch.state.get().run?.lines).toEqual(["one"]);
    now = run("passed", { lines: ["one", "two"] });
    waiting.shift()?.();
    await settled();
    expect(watch.state.get().run).toMatchObject({ state: "passed", lines: ["one", "two"] });
    expect(waiting).toHaveLength(0);
    away();
  });

  it("keeps the lines it has when an event comes, for events carry none", async () => {
    const { watch } = world({ start: () => run("running", { lines: ["kept"] }) });
    await watch.start();
    watch.receive(run("failed"));
    expect(watch.state.get().run).toMatchObject({ state: "failed", lines: ["kept"] });
  });

  it("is not set back by an answer that is older than the last event", async () => {
    const { watch } = world({ start: () => run("running"), read: () => run("running") });
    await watch.start();
    watch.receive(run("passed"));
    watch.look();
    await settled();
    expect(watch.state.get().run?.state).toBe("passed");
  });

  it("asks nothing of the server while nobody looks", async () => {
    const { watch, asked, waiting } = world({ start: () => run("running") });
    await watch.start();
    watch.receive(run("running"));
    expect(asked).toEqual(["checks.dryRun"]);
    expect(waiting).toHaveLength(0);
  });

  it("asks for the end of the one that runs and is over with the event", async () => {
    const { watch, asked } = world({ start: () => run("running"), read: () => run("running") });
    await watch.start();
    await watch.stop();
    expect(asked).toEqual(["checks.dryRun", "checks.dryRunStop"]);
    expect(watch.state.get().run?.state).toBe("running");
    watch.receive(run("stopped", { reason: "It was stopped before its end." }));
    expect(watch.state.get().run?.state).toBe("stopped");
  });

  it("says why it was refused", async () => {
    const { watch } = world({
      start: () => {
        throw new CallFailure("conflict", "These checks are not confirmed yet.", false);
      },
    });
    await watch.start();
    expect(watch.state.get()).toMatchObject({ starting: false, failure: { message: "These checks are not confirmed yet." } });
  });
});
