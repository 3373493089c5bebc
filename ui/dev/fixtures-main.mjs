// The user's own branch beside the integration branch, and what live work meets, to be looked at. Scripted: nothing
// moves here but these objects.

export function extendWithMain(work, calls) {
  const { ago } = work;
  const queue = work.queues[0];
  const hex = (n) => `${n}f1c9ae8d2`.repeat(5).slice(0, 40);
  const landed = queue.recent.filter((entry) => entry.state === "landed").slice(0, 2);
  const line = {
    workspaceId: queue.workspaceId, branch: "main", integrationBranch: queue.branch, standing: "ahead", main: hex(3), tip: hex(4), ahead: 3, behind: 0,
    commits: [
      { commit: hex(4), subject: landed[0]?.title ?? "Refuse an empty header", author: "Pilothouse", ts: ago(600), entryId: landed[0]?.id, proof: "proven" },
      { commit: hex(5), subject: landed[1]?.title ?? "Retry with back-off", author: "Pilothouse", ts: ago(900), entryId: landed[1]?.id, proof: "proven" },
      { commit: hex(6), subject: "Say in the README where the cache lies", author: "Mira", ts: ago(1_200), proof: "proven" },
    ],
    entries: landed.map((entry) => ({ id: entry.id, jobId: entry.jobId, kind: "change", title: entry.title, commit: entry.landedCommit ?? hex(4), landedAt: entry.landedAt })),
    proof: "proven", checks: [], blocked: [], hash: "shown", toMain: "explicit",
    git: {
      folder: "/home/mira/src/tern", signs: true, format: "ssh", blocked: null, hash: "git",
      hooks: [
        { name: "pre-merge-commit", path: "/home/mira/src/tern/.git/hooks/pre-merge-commit", with: ["my_merge"] },
        { name: "post-merge", path: "/home/mira/src/tern/.git/hooks/post-merge", with: ["my_git", "my_merge"] },
      ],
    },
    landing: undefined,
  };
  const level = (each) => ({ ...line, workspaceId: each, standing: "level", ahead: 0, commits: [], entries: [], main: line.tip });
  const live = (entry) => ({ jobId: entry.jobId, entryId: entry.id, title: entry.title, state: entry.state });
  const [one, other] = queue.entries;
  Object.assign(calls, {
    "main.show": ({ workspaceId }) => (workspaceId === line.workspaceId ? line : level(workspaceId)),
    "main.land": ({ with: way = "server" }, publish) => {
      line.landing = {
        id: "m-1", workspaceId: line.workspaceId, branch: "main", integrationBranch: line.integrationBranch, from: line.main, to: line.tip, with: way, sign: false, by: "owner",
        state: way === "my_merge" ? "refused" : "landed", code: way === "my_merge" ? "main.hook" : undefined,
        reason: way === "my_merge" ? "Your git, or one of your hooks, refused it. Branch and files are as they were." : undefined,
        output: way === "my_merge" ? "Running the tests before a merge\nFAIL src/retry.test.ts\nNot committing merge; use 'git commit' to complete the merge." : undefined,
        checks: [], folders: [], createdAt: ago(1), updatedAt: ago(0),
      };
      if (way !== "my_merge") Object.assign(line, { standing: "level", main: line.tip, ahead: 0, commits: [], entries: [] });
      publish("main.landing", { landing: line.landing });
      return line.landing;
    },
    "main.bring_up": () => one,
    "merge.revert": ({ id }) => ({ ...landed.find((entry) => entry.id === id), state: "queued", kind: "revert" }),
    "merge.forecast": ({ workspaceId }) => ({
      workspaceId, leftOut: 0,
      overlaps: workspaceId !== line.workspaceId || !one || !other ? [] : [{ one: live(one), other: live(other), kind: "conflict", paths: ["crates/client/src/retry.rs"], more: 0 }],
    }),
  });
  return { line };
}
