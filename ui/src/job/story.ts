// What a job did, told from its events: one row per thing that happened, in order, with how long it took.

import type { Approval, Delivered, Envelope, JsonValue, TakenOver, VerifiedLine } from "../client";
import { askedOf, personName, stageText } from "../model";
import { takerOf } from "./taken";

export type StoryKind = "command" | "step" | "model" | "file" | "asked" | "gate" | "state";
export type StoryTone = "running" | "passed" | "failed" | "needs" | "waiting" | "plain";

export interface StoryRow {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: StoryKind;
  tone: StoryTone;
  readonly text: string;
  /** `text` is what a machine would read. */
  readonly mono: boolean;
  detail: string;
  /** Absent for a moment without length; null while it goes on. */
  until: number | null | undefined;
}

export interface Attempt {
  readonly number: number;
  readonly from: number;
  until: number | null;
  readonly workerId: string;
  outcome: "running" | "completed" | "failed" | "cancelled" | "requeued";
  reason: string;
}

export interface Story {
  readonly rows: readonly StoryRow[];
  readonly attempts: readonly Attempt[];
  readonly verification: readonly VerifiedLine[];
  readonly verified: boolean | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly modelCalls: number;
  readonly summary: string;
  /** The step under way, when one is. */
  readonly progress: { readonly step: number; readonly steps: number; readonly label: string } | undefined;
  readonly entryIds: readonly string[];
}

export interface StoryWords {
  readonly queued: string;
  readonly claimed: (worker: string, attempt: number) => string;
  readonly requeued: (reason: string) => string;
  readonly completed: string;
  readonly failed: string;
  readonly putAside: string;
  readonly reaches: (target: string) => string;
  readonly kept: (target: string) => string;
  readonly goesOn: (by: string) => string;
  readonly cancelled: (by: string) => string;
  readonly steered: (by: string) => string;
  readonly steerMissed: string;
  readonly answered: (state: Approval["state"]) => string;
  /** Without a name it was the reader. */
  readonly taken: (state: TakenOver["state"], by: string | undefined) => string;
  readonly letGo: (by: string) => string;
  readonly tokens: (input: number, output: number) => string;
  readonly changed: (files: number) => string;
  readonly gate: (passed: number, failed: number, unchecked: number) => string;
  readonly entry: (id: string, what: string) => string;
  readonly exit: (code: number) => string;
}

/** Whether an event belongs to the job; events of a foreign job never do. */
export function concerns(envelope: Envelope, job: { id: string; taskId: string }): boolean {
  const payload = envelope.payload as Record<string, unknown>;
  if (payload["jobId"] === job.id) return true;
  if (envelope.type === "job.steered") return envelope.payload.message.jobId === job.id;
  if (envelope.type === "tool_call" || envelope.type === "tool_result") return payload["taskId"] === job.taskId;
  if (envelope.type.startsWith("merge.entry.")) return (payload["entry"] as { jobId?: unknown } | undefined)?.jobId === job.id;
  if (envelope.type === "approval.changed") return (payload["approval"] as { subject?: unknown } | undefined)?.subject === job.id;
  return false;
}

export function tellStory(events: readonly Delivered[], words: StoryWords, ownDevice?: string): Story {
  const rows: StoryRow[] = [];
  const attempts: Attempt[] = [];
  const open = new Map<string, StoryRow>();
  const entryIds: string[] = [];
  const usesTools = events.some((event) => event.envelope.type === "tool_call");
  let verification: readonly VerifiedLine[] = [];
  let verified: boolean | null = null;
  let [inputTokens, outputTokens, modelCalls] = [0, 0, 0];
  let summary = "";
  let progress: Story["progress"];

  const add = (envelope: Envelope, kind: StoryKind, tone: StoryTone, text: string, more: Partial<StoryRow> = {}): StoryRow => {
    const row: StoryRow = { key: envelope.id, at: Date.parse(envelope.ts), kind, tone, text, mono: false, detail: "", until: undefined, ...more };
    rows.push(row);
    return row;
  };
  const close = (key: string, at: number, tone?: StoryTone) => {
    const row = open.get(key);
    if (!row) return;
    row.until = at;
    if (tone) row.tone = tone;
    else if (row.tone === "running") row.tone = "plain";
    open.delete(key);
  };
  const closeAll = (at: number, tone?: StoryTone) => {
    // What was said waits for the next attempt, whatever becomes of this one.
    for (const key of Array.from(open.keys())) if (!key.startsWith("said-")) close(key, at, tone);
  };
  const endAttempt = (at: number, outcome: Attempt["outcome"], reason: string) => {
    const last = attempts[attempts.length - 1];
    if (!last || last.until !== null) return;
    last.until = at;
    last.outcome = outcome;
    last.reason = reason;
    progress = undefined;
  };

  for (const { envelope } of events) {
    const at = Date.parse(envelope.ts);
    switch (envelope.type) {
      case "job_enqueued":
        add(envelope, "state", "waiting", words.queued);
        break;
      case "job_claimed": {
        const number = attempts.length + 1;
        attempts.push({ number, from: at, until: null, workerId: envelope.payload.workerId, outcome: "running", reason: "" });
        add(envelope, "state", "plain", words.claimed(envelope.payload.workerId, number));
        break;
      }
      case "job.progress": {
        close("step", at, "passed");
        const { step, steps } = envelope.payload;
        const label = stageText(envelope.payload.label);
        progress = { step, steps, label };
        open.set("step", add(envelope, "step", "running", label, { until: null, detail: steps > 0 ? `${step}/${steps}` : "" }));
        break;
      }
      case "tool_call": {
        const told = tellTool(envelope.payload.tool, envelope.payload.args);
        const row = add(envelope, told.kind, "running", told.text, { mono: true, until: null, detail: told.detail });
        open.set(`tool-${envelope.payload.toolCallId}`, row);
        break;
      }
      case "tool_result": {
        const key = `tool-${envelope.payload.toolCallId}`;
        const row = open.get(key);
        if (row && envelope.payload.exitCode !== undefined) row.detail = words.exit(envelope.payload.exitCode);
        close(key, at, envelope.payload.ok ? "passed" : "failed");
        break;
      }
      case "job_log": {
        if (usesTools) break;
        const line = envelope.payload.line;
        const exit = /^(?:\[?exit(?:ed)?(?: code| status)?:?\s+)(\d{1,3})\b/.exec(line);
        if (exit) {
          const row = open.get("command");
          if (row) row.detail = words.exit(Number(exit[1]));
          close("command", at, exit[1] === "0" ? "passed" : "failed");
        } else if (line.startsWith("$ ") && line.length > 2) {
          close("command", at);
          open.set("command", add(envelope, "command", "running", line.slice(2), { mono: true, until: null }));
        } else tellLine(envelope, line, add);
        break;
      }
      case "approval.changed":
        tellApproval(envelope, envelope.payload.approval, words, add, open);
        break;
      case "job.verified": {
        verification = envelope.payload.lines;
        verified = envelope.payload.verified;
        const count = (result: VerifiedLine["result"]) => verification.filter((line) => line.result === result).length;
        const text = words.gate(count("passed"), count("failed"), count("not_checked"));
        for (const line of verification) {
          // Our gate ran it: its row learns how it ended.
          const row = rows.findLast((each) => each.kind === "command" && each.text === line.what);
          if (row && line.result !== "not_checked") {
            row.tone = line.result;
            if (open.get("command") === row) close("command", at, line.result);
          }
        }
        const failed = verification.find((line) => line.result === "failed");
        add(envelope, "gate", verified ? "passed" : failed ? "failed" : "needs", text, { detail: failed ? failed.what : "" });
        break;
      }
      case "job.diff":
        add(envelope, "file", "plain", words.changed(envelope.payload.files), { detail: `+${envelope.payload.additions} −${envelope.payload.deletions}` });
        break;
      case "budget.used":
        inputTokens += envelope.payload.inputTokens;
        outputTokens += envelope.payload.outputTokens;
        modelCalls += 1;
        add(envelope, "model", "plain", envelope.payload.model, { detail: words.tokens(envelope.payload.inputTokens, envelope.payload.outputTokens) });
        break;
      case "job.requeued":
        closeAll(at, "failed");
        endAttempt(at, "requeued", envelope.payload.reason);
        add(envelope, "state", "failed", words.requeued(envelope.payload.reason));
        break;
      case "job.waiting":
        closeAll(at);
        endAttempt(at, "requeued", envelope.payload.wait.detail);
        add(envelope, "state", "needs", words.putAside, { detail: envelope.payload.wait.detail });
        break;
      case "job.network": {
        const { host, port, allowed, why } = envelope.payload;
        add(envelope, "asked", allowed ? "passed" : "failed", allowed ? words.reaches(`${host}:${port}`) : words.kept(`${host}:${port}`), { detail: why });
        break;
      }
      case "job.resumed":
        add(envelope, "state", "plain", words.goesOn(personName(envelope.payload.by)));
        break;
      case "job.steered": {
        const { number, by, text } = envelope.payload.message;
        open.set(`said-${number}`, add(envelope, "asked", "waiting", words.steered(personName(by)), { detail: oneLine(text), until: null }));
        break;
      }
      case "job.steer_taken":
        for (const number of envelope.payload.numbers) close(`said-${number}`, at, "passed");
        break;
      case "job.steer_missed":
        for (const number of envelope.payload.numbers) {
          const row = open.get(`said-${number}`);
          if (row) row.detail = `${row.detail} (${words.steerMissed})`;
          close(`said-${number}`, at, "failed");
        }
        break;
      case "job.taken": {
        const { taken } = envelope.payload;
        add(envelope, "state", "needs", words.taken(taken.state, takerOf(taken, ownDevice)), { detail: taken.problem ? oneLine(taken.problem) : "" });
        break;
      }
      case "job.let_go":
        add(envelope, "state", "plain", words.letGo(personName(envelope.payload.by)));
        break;
      case "job_completed":
        close("step", at, "passed");
        closeAll(at);
        endAttempt(at, "completed", "");
        summary = envelope.payload.summary ?? summary;
        add(envelope, "state", "passed", words.completed);
        break;
      case "job_failed":
        closeAll(at, "failed");
        endAttempt(at, "failed", envelope.payload.message);
        add(envelope, "state", "failed", words.failed, { detail: envelope.payload.message });
        break;
      case "job.cancelled":
        closeAll(at);
        endAttempt(at, "cancelled", "");
        add(envelope, "state", "waiting", words.cancelled(personName(envelope.payload.by)));
        break;
      default:
        if (envelope.type.startsWith("merge.entry.") && "entry" in envelope.payload) {
          const { entry } = envelope.payload;
          if (!entryIds.includes(entry.id)) entryIds.push(entry.id);
          const what = envelope.type.slice("merge.entry.".length);
          add(envelope, "state", entryTone(what), words.entry(entry.id, what), {
            detail: "reason" in envelope.payload && typeof envelope.payload.reason === "string" ? envelope.payload.reason : "",
          });
        }
    }
  }
  return { rows, attempts, verification, verified, inputTokens, outputTokens, modelCalls, summary, progress, entryIds };
}

function entryTone(what: string): StoryTone {
  if (what === "landed") return "passed";
  if (what === "returned" || what === "failed") return "failed";
  if (what === "waiting_approval") return "needs";
  return "plain";
}

type Add = (envelope: Envelope, kind: StoryKind, tone: StoryTone, text: string, more?: Partial<StoryRow>) => StoryRow;
/** A worker's own remarks between its commands. */
function tellLine(envelope: Envelope, line: string, add: Add): void {
  const tool = /^\[(\w+)\] (.+)$/.exec(line);
  const path = tool?.[2];
  if (tool?.[1] && path) {
    const changes = FILE_TOOLS.has(tool[1]);
    add(envelope, changes ? "file" : "command", "plain", oneLine(path), { mono: true, detail: tool[1] });
    return;
  }
  const revision = /^(Revision \d+ of \d+): (.*)$/.exec(line);
  if (revision?.[1]) add(envelope, "gate", "failed", revision[1], { detail: revision[2] ?? "" });
  else if (/^\[[^\]]+\]$/.test(line)) add(envelope, "state", "waiting", line.slice(1, -1));
}

/** One row per approval, from the question to the answer. */
function tellApproval(envelope: Envelope, approval: Approval, words: StoryWords, add: Add, open: Map<string, StoryRow>): void {
  const key = `approval-${approval.id}`;
  const row = open.get(key);
  const decided = approval.state !== "pending";
  const tone: StoryTone = approval.state === "approved" ? "passed" : approval.state === "denied" || approval.state === "expired" ? "failed" : "needs";
  if (row) {
    if (!decided) return;
    row.until = Date.parse(approval.decidedAt ?? envelope.ts);
    row.tone = tone;
    row.detail = [words.answered(approval.state), approval.decidedBy ? personName(approval.decidedBy) : ""].filter(Boolean).join(", ");
    open.delete(key);
    return;
  }
  const made = add(envelope, "asked", tone, askedOf(approval), { detail: decided ? words.answered(approval.state) : "", until: decided ? undefined : null });
  if (!decided) open.set(key, made);
}

const FILE_TOOLS = new Set(["edit", "write", "create", "apply_patch", "replace", "delete"]);

function tellTool(tool: string, args: JsonValue): { kind: StoryKind; text: string; detail: string } {
  const field = (...names: string[]): string | null => {
    if (typeof args !== "object" || args === null || Array.isArray(args)) return null;
    for (const name of names) {
      const value = args[name];
      if (typeof value === "string" && value !== "") return value;
      if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")) return value.join(" ");
    }
    return null;
  };
  const command = field("command", "cmd", "argv", "run");
  if (command) return { kind: "command", text: oneLine(command), detail: "" };
  const path = field("path", "file", "filePath", "filename");
  if (path) return { kind: FILE_TOOLS.has(tool) ? "file" : "command", text: path, detail: tool };
  return { kind: "command", text: tool, detail: oneLine(field("query", "pattern", "message") ?? "") };
}

function oneLine(text: string): string {
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
  return first.length < text.trim().length ? `${first} …` : first;
}
