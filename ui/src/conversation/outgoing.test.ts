import { describe, expect, it } from "vitest";
import { entry, event } from "../model/events.fixture";
import { TimelineReducer } from "../model/timeline";
import { stoppedText } from "./ChangeCards";
import { withOutgoing } from "./ConversationPage";
import { matches } from "./Search";
import { firstTab, newestDiff, subjectOf } from "./subject";

function items(...events: Parameters<TimelineReducer["apply"]>[0][]) {
  const reducer = new TimelineReducer();
  for (const one of events) reducer.apply(one);
  return reducer.items();
}

describe("messages on their way in the conversation", () => {
  it("stand at the end under a key that stays when they settle", () => {
    const log = items(event("message", { text: "stored" }, { id: "ev-1" }));
    const waiting = { key: "k", sessionId: "dev", text: "new", priority: "normal" as const, writtenAt: "2026-01-01T00:00:00Z", state: "sending" as const };
    const shown = withOutgoing(log, [waiting], (key) => key);
    expect(shown.map((item) => item.key)).toEqual(["ev-1", "k"]);
    const settled = withOutgoing(items(event("message", { text: "stored" }, { id: "ev-1" }), event("message", { text: "new" }, { id: "ev-2" })), [], (key) => (key === "ev-2" ? "k" : key));
    expect(settled.map((item) => item.key)).toEqual(["ev-1", "k"]);
  });
});

describe("search", () => {
  it("finds words in every kind of row, whatever their case", () => {
    const all = items(
      event("message", { text: "Fix the Retry" }),
      event("job_failed", { jobId: "j-1", message: "retry limit reached" }),
      event("assistant_message", { text: "nothing here" }),
      event("log", { level: "info", message: "will RETRY" }),
    );
    expect(matches(all, "retry")).toHaveLength(3);
    expect(matches(all, "  ")).toEqual([]);
    expect(matches(all, "absent")).toEqual([]);
  });
});

describe("what the side pane is about", () => {
  const all = items(
    event("job_enqueued", { jobId: "j-1", taskId: "t", kind: "task", params: {} }),
    event("job.diff", { jobId: "j-1", entryId: "e-1", additions: 1, deletions: 0, files: 1, title: "one" }),
    event("job_enqueued", { jobId: "j-2", taskId: "t", kind: "task", params: {} }),
  );

  it("is the newest thing the tab can show, unless one was chosen", () => {
    expect(subjectOf(all, "diff", undefined)).toMatchObject({ jobId: "j-1", entryId: "e-1" });
    expect(subjectOf(all, "job", undefined).jobId).toBe("j-2");
    expect(subjectOf(all, "job", "j-1").jobId).toBe("j-1");
    expect(newestDiff(all)).toBe("j-1");
  });

  it("begins with the change when there is one", () => {
    expect(firstTab(all)).toBe("diff");
    expect(firstTab([])).toBe("plan");
  });
});

describe("why something did not land", () => {
  it("is said by the entry's own sentence, not by a code", () => {
    expect(stoppedText({ entry: entry({ reason: "tests failed on the candidate" }), reason: "merge.check_failed", detail: "boom" })).toEqual({ sentence: "tests failed on the candidate", output: "boom" });
    expect(stoppedText({ entry: entry(), reason: "merge.conflict", detail: "src/a.rs changed on both sides" })).toEqual({ sentence: "src/a.rs changed on both sides", output: "" });
    expect(stoppedText({ entry: entry({ reason: "Denied by you" }), reason: "merge.parked", detail: "Denied by you" })).toEqual({ sentence: "Denied by you", output: "" });
    const both = "The check “t” failed.\n\nboom\nbang";
    expect(stoppedText({ entry: entry({ reason: both }), reason: "merge.check_failed", detail: both })).toEqual({ sentence: "The check “t” failed.", output: "boom\nbang" });
    expect(stoppedText({ entry: entry(), reason: "Somebody took it out", detail: "" }).sentence).toBe("Somebody took it out");
  });
});
