// A merge queue to be looked at and steered: two slots, a chain of four, runs that were thrown away, the history of
// each entry, figures over time. Scripted; the real queue decides more than this.

/** Puts the chain onto the entries of `work`, and answers the calls that steer it and look back at it. */
export function extendWithQueue(work, calls, missing) {
  const { ago } = work;
  const queue = work.queues[0];
  const find = (id) => {
    const found = work.queues.flatMap((each) => [...each.entries, ...each.recent]).find((one) => one.id === id);
    if (!found) throw missing("entry", id);
    return found;
  };
  for (const entry of [...queue.entries, ...queue.recent]) Object.assign(entry, { kind: "change", runs: 1, thrownAway: 0, priority: "normal" });
  Object.assign(queue, {
    slots: 2, window: 4, windowMost: 4,
    thrownAway: [
      { entryId: "e-149", title: "Clippy 1.84 fixes", tree: "t2", slot: 0, reason: "ahead_failed", blamed: "e-144", durationMs: 21_000, at: ago(50) },
      { entryId: "e-147", title: "Show the server’s reason when an upload is refused", tree: "t1", slot: 1, reason: "ahead_failed", blamed: "e-144", durationMs: 34_000, at: ago(50) },
    ],
  });
  for (const each of work.queues.slice(1)) Object.assign(each, { slots: 2, window: 4, windowMost: 4, thrownAway: [] });
  Object.assign(find("e-145"), { slot: 0, checkingSince: ago(26), runs: 1 });
  Object.assign(find("e-147"), { slot: 1, checkingSince: ago(20), ahead: "e-145", runs: 2, thrownAway: 1 });
  Object.assign(find("e-149"), { ahead: "e-147", runs: 1, thrownAway: 1 });
  Object.assign(find("e-150"), { dependsOn: "e-149", candidate: null });

  const order = () => [...queue.entries].sort((a, b) => a.position - b.position);
  const renumber = (list) => list.forEach((entry, index) => Object.assign(entry, { position: index + 1 }));
  const standing = () => ({
    workspaceId: "tern", state: queue.paused ? "paused" : queue.drain ? "draining" : "running", drain: queue.drain ?? null,
    underWay: order().filter((entry) => entry.state === "checking" || entry.state === "landing").map((entry) => entry.id), order: order().map((entry) => entry.id),
  });
  const move = (id, place) => {
    const list = order().filter((entry) => entry.id !== id);
    list.splice(place(list), 0, find(id));
    for (const [index, entry] of list.entries()) {
      const on = list.findIndex((other) => other.id === entry.dependsOn);
      if (on > index) throw Object.assign(new Error(`“${entry.title}” builds on “${list[on].title}” and cannot land before it. Move that one first.`), { status: 409, code: "merge.depends" });
    }
    renumber(list);
    return standing();
  };
  const trials = new Map();
  const percentiles = (p50, p95, n) => ({ p50, p95, avg: p50, sampleSize: n });
  const bucket = (back, length) => {
    const at = new Date(Math.floor(work.now / length) * length - back * length).toISOString();
    const quiet = back % 7 === 5 || back % 7 === 6;
    const landed = quiet ? 0 : 3 + ((back * 5) % 7);
    const cancelledRuns = quiet ? 0 : back % 3;
    const runs = quiet ? 0 : landed + cancelledRuns;
    return { from: at, landed, returned: back % 4 === 0 ? 1 : 0, runs, cancelledRuns, runsPerLanded: landed ? runs / landed : null, timeToLandMs: landed ? percentiles(120_000 + ((back * 37) % 90) * 1000, 260_000 + ((back * 53) % 160) * 1000, landed) : percentiles(null, null, 0) };
  };
  const buckets = (by, n) => Array.from({ length: n }, (_, index) => bucket(n - 1 - index, by === "hour" ? 3_600_000 : 86_400_000));

  const steps = (entry) => {
    const check = (name, state, durationMs, more = {}) => ({ name, run: [name], state, durationMs, reused: false, flakyRetry: false, tail: "", ...more });
    const hex = (n) => String(n).padStart(7, "a").repeat(6).slice(0, 40);
    const list = [
      { at: ago(320), kind: "queued", by: "server" },
      { at: ago(319), kind: "candidate", onto: hex(11), candidate: hex(12) },
      { at: ago(319), kind: "asked", text: "The diff touches crates/tern-ingest/build.rs.", approvalId: "a-32" },
      { at: ago(260), kind: "approved", by: "owner" },
      { at: ago(250), kind: "moved", by: "owner", text: "next" },
      { at: ago(200), kind: "dry_run", by: "owner", dryRun: "passed", onto: hex(11), candidate: hex(12) },
      { at: ago(90), kind: "checking", run: 1, onto: hex(13), candidate: hex(14), ahead: "e-144" },
      { at: ago(88), kind: "checked", run: 1, check: check("format", "passed", 900) },
      { at: ago(50), kind: "thrown_away", run: 1, thrown: "ahead_failed", blamed: "e-144", tookMs: 34_000 },
      { at: ago(50), kind: "candidate", onto: hex(15), candidate: hex(16), ahead: "e-145" },
      { at: ago(26), kind: "checking", run: 2, onto: hex(15), candidate: hex(16), ahead: "e-145" },
      { at: ago(26), kind: "checked", run: 2, check: check("format", "passed", 900, { reused: true }) },
    ];
    const failed = check("tests", "failed", 41_000, { flakyRetry: true, tail: "---- flush_on_drop stdout ----\nthread 'flush_on_drop' panicked at crates/tern-ingest/tests/flush.rs:44:9:\nassertion `left == right` failed\n  left: 0\n right: 12" });
    if (entry.state === "failed" || entry.state === "returned") {
      return [...list.slice(0, 7), { at: ago(55), kind: "checked", run: 1, check: failed }, { at: ago(50), kind: "returned", text: `The check “tests” failed on the tree that would land.\n\n${failed.tail}`, onto: hex(13) }];
    }
    if (entry.state === "landed") return [...list.slice(0, 4), { ...list[6], ahead: undefined }, { at: ago(65), kind: "checked", run: 1, check: check("tests", "passed", 61_000) }, { at: ago(62), kind: "landed", candidate: entry.landedCommit }];
    return list;
  };

  Object.assign(calls, {
    "merge.stats": ({ by = "day" }) => ({
      landed: 74, returned: 6, failed: 1, checkRuns: 96, reusedVerdicts: 11, runs: 88, cancelledRuns: 9, runsPerLanded: 1.19,
      timeToLandMs: percentiles(168_000, 410_000, 74), buckets: buckets(by, by === "hour" ? 24 : 14),
    }),
    "merge.history": ({ id }) => {
      const entry = find(id);
      const attempt = (jobId, fixUp, entryId, state, seconds) => ({ jobId, jobStatus: state ? "completed" : "claimed", fixUp, title: entry.title, entryId, state, createdAt: ago(seconds) });
      const attempts = id === "e-144" ? [attempt("j-211", 0, "e-144", "failed", 900), attempt("j-233", 1, null, null, 40)] : [attempt(entry.jobId, 0, id, entry.state, 600)];
      return { entry, steps: steps(entry), dropped: 0, runs: entry.runs, thrownAway: entry.thrownAway, attempts };
    },
    "merge.pause": (_, publish) => {
      Object.assign(queue, { paused: true, drain: undefined });
      publish("merge.queue.state", { workspaceId: "tern", state: "paused", by: "owner", drained: false });
      return standing();
    },
    "merge.resume": (_, publish) => {
      Object.assign(queue, { paused: false, drain: undefined });
      publish("merge.queue.state", { workspaceId: "tern", state: "running", by: "owner", drained: false });
      return standing();
    },
    "merge.drain": (_, publish) => {
      Object.assign(queue, { drain: { by: "owner", since: new Date().toISOString() } });
      publish("merge.queue.state", { workspaceId: "tern", state: "draining", by: "owner", drained: false });
      return standing();
    },
    "merge.move": ({ id, before, after, place }) =>
      move(id, (list) => (before ? list.findIndex((one) => one.id === before) : after ? list.findIndex((one) => one.id === after) + 1 : place - 1)),
    "merge.next": ({ id }) => move(id, () => 0),
    "merge.priority": () => standing(),
    "merge.dry_run": ({ id }) => {
      const run = {
        entryId: id, workspaceId: "tern", state: "running", onto: queue.tip, candidate: queue.tip, tree: queue.tip, reason: null, by: "owner", startedAt: new Date().toISOString(), finishedAt: null,
        checks: ["format", "tests"].map((name, index) => ({ name, run: [name], state: index === 0 ? "passed" : "running", durationMs: index === 0 ? 900 : null, reused: index === 0, flakyRetry: false, tail: "" })),
      };
      trials.set(id, run);
      return run;
    },
    "merge.dry_run_stop": ({ id }) => {
      const run = trials.get(id);
      if (run) Object.assign(run, { state: "stopped", finishedAt: new Date().toISOString(), reason: "It was stopped before its end." });
      return { run: run ?? null };
    },
    "merge.dry_run_state": ({ id }) => ({ run: trials.get(id) ?? null }),
  });
  return { queue, trials };
}
