// Turns the events of one session into the items of its conversation. Events arrive in the order of their cursor;
// what happens to a job, an entry or a question changes the item it already has. Types it does not know end up in
// a closed group, so a newer server never breaks the page.

import type { Approval, Delivered, Envelope } from "../client";
import { askedOf } from "./asks";
import { confinedWord } from "./confined";
import type { Item } from "./items";
import { Landings } from "./landings";
import { personName } from "./names";
import { applyPublish, isPublishEvent } from "./publishes";
import { Replies } from "./replies";
import { Rows } from "./rows";
import { deviceNotice } from "./devices";
import { budgetNotice, dryRunNotice, groupLine, nameOf, notice, policyNotice, requestNotice, setupKept, setupNotice } from "./sentences";
import { Work } from "./work";
import { words } from "./words";

/** A group that grows for hours keeps its newest lines. */
const GROUP_LINES = 500;

export class TimelineReducer {
  readonly #rows = new Rows();
  readonly #replies = new Replies(this.#rows);
  readonly #work = new Work(this.#rows);
  readonly #landings = new Landings(this.#rows);

  /** A copy: later changes do not reach it. */
  items(): readonly Item[] {
    return this.#rows.all();
  }

  get length(): number {
    return this.#rows.length;
  }

  apply({ envelope }: Delivered): void {
    const { ts } = envelope;
    const key = envelope.id;
    if (isPublishEvent(envelope) && applyPublish(this.#rows, envelope)) return;
    switch (envelope.type) {
      case "message":
        return this.#rows.push({ kind: "message", key, ts, who: personName(envelope.from), text: envelope.payload.text });
      case "assistant_message":
        return this.#replies.whole(envelope, this.#work.spoken(envelope.payload.text));
      case "buddy.status":
        return this.#replies.status(envelope, envelope.payload);
      case "plan.ready":
        return this.#work.plan(envelope, envelope.payload);
      case "request.waiting":
        return this.#rows.put(`waiting-${envelope.payload.requestId}`, { kind: "waiting", ts, key, ...envelope.payload });
      case "request.changed":
        return this.#push(requestNotice(envelope, envelope.payload));
      case "job_enqueued":
        return this.#work.enqueued(envelope.payload, ts);
      case "job_claimed": {
        const { jobId, workerId } = envelope.payload;
        return this.#work.change(jobId, ts, (job) => ({ ...job, phase: "running", workerId, startedAt: ts, endedAt: undefined, message: undefined, detail: undefined }));
      }
      case "job.progress":
        return this.#work.progress(envelope.payload, ts);
      case "job.requeued": {
        const { jobId, attempt, reason } = envelope.payload;
        return this.#work.change(jobId, ts, (job) => ({ ...job, phase: "queued", attempt, message: reason, endedAt: undefined, step: 0 }));
      }
      case "job.waiting": {
        const { jobId, wait } = envelope.payload;
        return this.#work.change(jobId, ts, (job) => ({ ...job, phase: "aside", message: wait.detail, endedAt: undefined }));
      }
      case "job.resumed":
        return this.#work.change(envelope.payload.jobId, ts, (job) => (job.phase === "aside" ? { ...job, phase: "queued", message: undefined } : job));
      case "budget.near":
        return this.#push(budgetNotice(envelope, envelope.payload));
      case "job_completed":
        return this.#work.completed(envelope.payload, ts);
      case "job_failed": {
        const { jobId, message, detail } = envelope.payload;
        return this.#work.change(jobId, ts, (job) => ({ ...job, phase: "failed", endedAt: ts, message, detail }));
      }
      case "job.cancelled": {
        const { jobId, by } = envelope.payload;
        return this.#work.change(jobId, ts, (job) => ({ ...job, phase: "cancelled", endedAt: ts, message: words.stoppedBy(personName(by)) }));
      }
      case "job.verified":
        return this.#work.verified(envelope.payload, ts);
      case "job.diff":
        return this.#work.diff(envelope, envelope.payload);
      case "approval_required":
        return this.#approval(envelope.payload.approvalId, ts, envelope.payload.summary);
      case "approval.changed":
        return this.#asked(envelope.payload.approval, ts);
      case "merge.entry.checking":
        return this.#landings.checking(envelope.payload.entry, ts);
      case "merge.check.started":
        return this.#landings.check(envelope.payload.entryId, ts, { ...envelope.payload, state: "running" });
      case "merge.check.finished":
        return this.#landings.check(envelope.payload.entryId, ts, { ...envelope.payload, state: envelope.payload.ok ? "passed" : "failed" });
      case "merge.entry.landed":
        return this.#landings.landed(envelope, envelope.payload.entry, this.#work.finishedAt(envelope.payload.entry.jobId));
      case "merge.entry.returned":
        return this.#landings.stopped(envelope, "returned", envelope.payload);
      case "merge.entry.failed":
        return this.#landings.stopped(envelope, envelope.payload.entry.state === "parked" ? "parked" : "failed", envelope.payload);
      case "merge.entry.removed":
        return this.#landings.stopped(envelope, "removed", { ...envelope.payload, detail: "" });
      case "merge.branch.moved":
        return this.#push(notice(envelope, "branch", "needs", envelope.payload.explanation));
      case "policy.decided":
        // A question has a card of its own, which says the rule too. What a rule lets a job do is told where the job is,
        // and that somebody's own press published is told by the publication.
        if (envelope.payload.effect === "allow" && envelope.payload.action.startsWith("publish.")) return;
        return envelope.payload.effect === "ask" || (envelope.payload.effect === "allow" && envelope.payload.jobId) ? undefined : this.#push(policyNotice(envelope, envelope.payload));
      case "policy.granted":
        return this.#push(notice(envelope, "shield", "plain", words.granted(envelope.payload.grant.covers, envelope.payload.grant.by)));
      case "policy.revoked":
        return this.#push(notice(envelope, "shield", "plain", words.revoked(envelope.payload.covers, envelope.payload.by)));
      // The decision it leads to is told.
      case "policy.grant_used":
        return;
      // What it reached is what its question said; the log has it.
      case "setup.network":
        return envelope.payload.allowed ? undefined : this.#push(setupKept(envelope, envelope.payload));
      case "setup.finished":
        return this.#push(setupNotice(envelope, envelope.payload));
      case "checks.dry_run":
        return this.#push(dryRunNotice(envelope, envelope.payload));
      case "device.paired":
      case "device.revoked":
      case "device.upgraded":
      case "node.registered":
      case "node.allowed":
        return this.#push(deviceNotice(envelope));
      case "suggestions":
        return this.#rows.push({ kind: "suggestions", key, ts, items: envelope.payload.items });
      case "system.held":
        return this.#push(notice(envelope, "pause", "waiting", words.held(nameOf(envelope.payload.hold.by)), envelope.payload.hold.note));
      case "system.resumed":
        // While another hold remains, nothing goes on yet.
        return envelope.payload.held ? undefined : this.#push(notice(envelope, "play", "plain", words.resumed(nameOf(envelope.payload.by))));
      case "system.sandbox":
        return this.#push(notice(envelope, "passed", "plain", words.sandboxFound(confinedWord("backend", envelope.payload.isolation.backend))));
      case "error":
        return this.#push(notice(envelope, "failed", "failed", envelope.payload.message, envelope.payload.detail));
      // Said by other events in a better way, shown on a page of their own, or figures of the status bar.
      case "job_log":
      case "approved":
      case "denied":
      case "committed":
      case "diff_ready":
      case "done":
      case "budget.used":
      case "workspace.changed":
      case "config.changed":
      case "device.renamed":
      case "terminal.session.started":
      case "terminal.session.ended":
      case "merge.entry.queued":
      case "merge.entry.candidate":
      case "merge.entry.waiting_approval":
      case "merge.entry.reverted":
      case "merge.check.cancelled":
      case "merge.dry_run":
      case "merge.queue.ordered":
      case "merge.queue.state":
      case "main.landing":
      case "worker.drained":
      case "worker.undrained":
      case "job.targeted":
        return;
      default:
        return this.#group(envelope);
    }
  }

  /** A piece of an answer that is being written. */
  delta(requestId: string | undefined, text: string, ts: string): void {
    this.#replies.delta(requestId, text, ts);
  }

  /** Takes over answers that are being written from a reducer that saw fewer events. */
  adoptStreaming(before: TimelineReducer): void {
    this.#replies.adopt(before.#replies);
  }

  dropStreaming(): void {
    this.#replies.dropStreaming();
  }

  #push(item: Item | undefined): void {
    if (item) this.#rows.push(item);
  }

  #approval(approvalId: string, ts: string, summary: string): void {
    const key = `approval-${approvalId}`;
    if (!this.#rows.has(key)) this.#rows.push({ kind: "approval", key, ts, approvalId, summary });
  }

  /** The record comes after the question, and has what its sentence is made of. */
  #asked(approval: Approval, ts: string): void {
    const key = `approval-${approval.id}`;
    const row = this.#rows.find(key);
    const summary = askedOf(approval);
    if (row?.kind === "approval") {
      if (row.summary !== summary) this.#rows.replace(key, { ...row, summary });
    } else this.#approval(approval.id, ts, summary);
  }

  #group(envelope: Envelope): void {
    const line = groupLine(envelope);
    const { last } = this.#rows;
    if (last?.kind === "group") this.#rows.replace(last.key, { ...last, lines: [...last.lines, line].slice(-GROUP_LINES) });
    else this.#rows.push({ kind: "group", key: envelope.id, ts: envelope.ts, lines: [line] });
  }
}
