// Test-only: events and records with the parts a test does not care about filled in.

import type { Approval, Delivered, Envelope, Job, MergeEntry, Plan } from "../client";

let made = 0;

type Payload<T extends Envelope["type"]> = Extract<Envelope, { type: T }>["payload"];

export function event<T extends Envelope["type"]>(type: T, payload: Payload<T>, extra: { cursor?: number; id?: string; from?: string; sessionId?: string; correlationId?: string; ts?: string } = {}): Delivered {
  made += 1;
  const cursor = extra.cursor ?? made;
  const { id = `ev-${cursor}`, ts = `2026-01-01T00:00:${String(cursor % 60).padStart(2, "0")}.000Z`, sessionId = "dev", from, correlationId } = extra;
  const envelope = { protocolVersion: "0.1.0", id, ts, sessionId, type, payload, ...(from ? { from } : {}), ...(correlationId ? { correlationId } : {}) };
  return { cursor, envelope: envelope as unknown as Envelope };
}

export const plan: Plan = {
  schemaVersion: 1, requiresWorker: true, lane: "worker", assistantMessage: "", title: "Fix the test", instruction: "",
  planning: { intent: "change", riskLevel: "low", scope: { readAnywhere: true, writeGlobs: ["src/**"], maxFilesToEdit: 3 }, acceptanceCriteria: [], validationSteps: [], queuePriority: "interactive", queueWaitBudgetMs: 1, executionBudgetMs: 1, finalizationBudgetMs: 1 },
};

export function entry(change: Partial<MergeEntry> = {}): MergeEntry {
  return {
    id: "e-1", completionId: "c-1", jobId: "j-1", workspaceId: "w", sessionId: "dev", title: "Fix the test", state: "queued", commitSha: "c0ffee", base: "b", branch: "agent/w-1/j-1", strategy: "cherry_pick",
    target: "main_agents", onto: null, candidate: null, tree: null, patchHash: null, files: 1, additions: 1, deletions: 1, risky: [], verified: true, position: null, reason: null, approvalId: null, checks: [], landedCommit: null,
    createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-01-01T00:00:00.000Z", landedAt: null, ...change,
  };
}

export function approval(change: Partial<Approval> = {}): Approval {
  return {
    id: "a-1", workspaceId: "w", sessionId: "dev", action: "land", summary: "Land it", details: {}, hash: "ab".repeat(32), risk: "low", why: "The profile asks.", askedBy: "the merge queue", subject: "e-1", state: "pending",
    decidedBy: null, decidedAt: null, createdAt: "2026-01-01T00:00:00.000Z", expiresAt: null, ...change,
  };
}

export function job(change: Partial<Job> = {}): Job {
  return {
    id: "j-1", taskId: "t", sessionId: "dev", workspaceId: "w", requestId: null, kind: "task", title: "Fix the test", params: "{}", priority: "interactive", queueWaitBudgetMs: 1, executionBudgetMs: 1, finalizationBudgetMs: 1, status: "pending",
    workerId: null, targetWorkerId: null, result: null, error: null, attempts: 1, cancelRequested: false, pauseRequested: false, step: null, isolation: null, verified: null, commitSha: null, branch: null, enqueuedAt: "", claimedAt: null, startedAt: null, firstLogAt: null,
    completedAt: null, failedAt: null, durationMs: null, createdAt: "", updatedAt: "", ...change,
  };
}
