import { describe, expect, it } from "vitest";
import { Refresher } from "./refresher";

function setting() {
  const due: Array<() => void> = [];
  const reads: string[] = [];
  const releases: Array<() => void> = [];
  const refresher = new Refresher<string>(
    (key) => {
      reads.push(key);
      return new Promise((resolve) => releases.push(resolve));
    },
    {
      after: (_, run) => {
        due.push(run);
        return () => due.splice(due.indexOf(run), 1);
      },
    },
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { refresher, due, reads, releases, settle };
}

describe("reading stale parts again", () => {
  it("gathers many changes into one reading", () => {
    const s = setting();
    for (let n = 0; n < 100; n += 1) s.refresher.stale("jobs");
    expect(s.due).toHaveLength(1);
    s.due[0]?.();
    expect(s.reads).toEqual(["jobs"]);
  });

  it("reads once more when something changed during the reading", async () => {
    const s = setting();
    void s.refresher.now("jobs");
    s.refresher.stale("jobs");
    s.refresher.stale("jobs");
    expect(s.due).toHaveLength(0);
    s.releases[0]?.();
    await s.settle();
    expect(s.due).toHaveLength(1);
  });

  it("never reads the same part twice at the same time", async () => {
    const s = setting();
    void s.refresher.now("jobs");
    void s.refresher.now("jobs");
    expect(s.reads).toEqual(["jobs"]);
    await s.settle();
  });
});
