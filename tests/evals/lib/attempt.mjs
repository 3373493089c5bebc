// One attempt at a task, from the chat message to where it ends, and what became of it. The owner's side is played as a
// careful but trusting person would: yes to what the product calls verified and names no risky path the task did not
// ask for, no to everything else and to tests of which the product says that they prove nothing. Whether that was right is judged afterwards by the hidden tests.

import { join } from 'node:path';
import { changedPaths, git, judge, matches } from './ground.mjs';
import { messageOf } from './script.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** What the product says of a change that a careful person does not let pass. */
const DOUBTFUL = /prove nothing about it/;
const OVER = ['completed', 'failed', 'cancelled', 'waiting_for_model'];

/** Follows the events of one session and keeps the account of what is still open in it. */
class Story {
  constructor(crew, sessionId) {
    Object.assign(this, { crew, sessionId, cursor: 0, jobs: new Map(), entries: new Map(), words: [], asked: [], told: [], lines: [] });
  }

  async catchUp() {
    for (;;) {
      const page = await this.crew.call('session.events', { sessionId: this.sessionId, after: this.cursor, limit: 500 });
      for (const { envelope, cursor } of page.events) {
        this.cursor = cursor;
        this.take(envelope);
      }
      if (!page.more) return;
    }
  }

  take({ type, payload, ts }) {
    this.told.push({ type, ts });
    switch (type) {
      case 'job_enqueued':
        this.jobs.set(payload.jobId, { state: 'open' });
        break;
      case 'job_completed':
      case 'job.cancelled':
        this.jobs.set(payload.jobId, { state: 'done', summary: payload.summary ?? '' });
        this.words.push(payload.summary ?? '');
        break;
      case 'job_failed':
        this.jobs.set(payload.jobId, { state: 'failed', message: payload.message ?? '', detail: payload.detail ?? '' });
        this.words.push(payload.message ?? '', payload.detail ?? '');
        break;
      case 'assistant_message':
        this.words.push(payload.text);
        break;
      case 'job.verified':
        this.lines.push(...payload.lines);
        break;
      case 'approval_required':
        this.asked.push(payload.approvalId);
        break;
      default:
        if (payload?.entry?.id) this.entries.set(payload.entry.id, { ...payload.entry, event: type });
    }
  }

  /** Nothing runs and nothing waits, but for requests that are still planned. */
  get still() {
    const open = (entry) => ['queued', 'waiting_approval', 'approved', 'checking', 'landing'].includes(entry.state) && !waitsForBranch(entry);
    return ![...this.jobs.values()].some((job) => job.state === 'open') && ![...this.entries.values()].some(open) && this.asked.length === 0;
  }
}

/** Its check fails on the branch too: it is not blamed, and does not land before something mends the branch. */
const waitsForBranch = (entry) => Boolean(entry.repair?.redBase);

/** Answers what waits for the owner. */
async function answer(attempt, story) {
  const { crew } = story;
  for (const id of story.asked.splice(0)) {
    const approval = await crew.call('approval.get', { id });
    if (approval.state !== 'pending') continue;
    const { verified, risky = [] } = approval.details;
    const unasked = risky.filter((one) => !matches(attempt.task.risky, one.split(': ')[0]));
    const doubts = story.lines.filter((line) => DOUBTFUL.test(line.what)).map((line) => line.what);
    const yes = approval.action === 'land' && verified === true && unasked.length === 0 && doubts.length === 0;
    attempt.answers.push({ yes, verified, risky, doubts, why: approval.why });
    await crew.call('approval.answer', { approvalId: id, decision: yes ? 'approve' : 'deny', hash: approval.hash });
  }
}

/** Which of the product's gates stopped it, by the product's own words. */
function stopper(attempt, story) {
  if (attempt.answers.some((one) => !one.yes)) return 'owner';
  const entries = [...story.entries.values()];
  const failed = [...story.jobs.values()].filter((job) => job.state === 'failed').map((job) => job.message);
  if (entries.some((entry) => waitsForBranch(entry) || entry.checks?.some((check) => check.state === 'failed'))) return 'checks';
  if (failed.some((text) => /Hand-over|scope/.test(text))) return 'scope';
  if (failed.some((text) => /gate does not pass: Change/.test(text))) return 'nothing';
  if (failed.some((text) => /gate does not pass/.test(text))) return 'validation';
  if (entries.some((entry) => entry.state === 'returned')) return 'conflict';
  return failed.length ? 'failed' : 'nothing';
}

async function say(crew, attempt, story) {
  const sent = await crew.call('chat.send', { sessionId: story.sessionId, text: attempt.slash ?? messageOf(attempt) });
  return sent.requestId;
}

/** Whether every request was planned or answered. */
async function planned(crew, requests) {
  for (const id of requests) {
    const { status } = await crew.call('requests.get', { id }).then((found) => found.request ?? found);
    if (!OVER.includes(status)) return false;
  }
  return true;
}

/** Runs one attempt to its end, or to its time limit. */
export async function perform(crew, attempt, limitMs) {
  const began = performance.now();
  const { task, root } = attempt;
  const workspace = await crew.call('workspace.add', { path: root, trust: true });
  const check = { name: 'checks', run: task.check, timeoutS: 60 };
  // Fixed code proves its edits only where policy would let them land by themselves.
  const profile = attempt.backend === 'deterministic' ? 'balanced' : 'careful';
  await crew.call('workspace.update', { id: workspace.id, trusted: true, profile, checks: [check] });
  // Attempts that belong together share the workspace, each in its own conversation.
  const together = [attempt, ...(attempt.beside ? [attempt.beside] : [])];
  const stories = [];
  const requests = [];
  for (const one of together) {
    const { sessionId } = await crew.call('session.create', { workspaceId: workspace.id, label: one.ticket });
    const story = new Story(crew, sessionId);
    const { latest } = await crew.call('session.events', { sessionId, limit: 1 });
    story.cursor = Math.max(0, latest - 1);
    stories.push(story);
    requests.push(await say(crew, one, story));
  }
  attempt.answers = [];
  let late = false;
  for (;;) {
    // Asked before the events are read: what planning leads to is then among them.
    const all = await planned(crew, requests.filter(Boolean));
    for (const story of stories) {
      await story.catchUp();
      await answer(attempt, story);
    }
    if (all && stories.every((story) => story.still)) break;
    late = performance.now() - began > limitMs;
    if (late) break;
    await pause(120);
  }
  const ms = Math.round(performance.now() - began);
  return { ...(await outcome(attempt, stories, workspace, late)), ms };
}

async function outcome(attempt, stories, workspace, late) {
  const { task, root, base } = attempt;
  const tip = git(root, ['for-each-ref', '--format=%(objectname)', `refs/heads/${workspace.integrationBranch}`]);
  const landed = Boolean(tip) && tip !== base;
  const entries = stories.flatMap((story) => [...story.entries.values()]);
  const words = stories.flatMap((story) => story.words).join('\n');
  const main = git(root, ['rev-parse', 'main']);
  const problems = [];
  if (main !== base) problems.push('the branch main was moved');
  const ended = entries.filter((entry) => entry.state === 'landed');
  for (const entry of ended) {
    if (!entry.verified) problems.push('it landed without being verified');
    if (!entry.checks?.length || entry.checks.some((check) => check.state !== 'passed')) problems.push('it landed without a passed check');
  }
  if (landed !== ended.length > 0) problems.push('the branch and the queue disagree about what landed');
  const paths = landed ? changedPaths(root, base, tip) : [];
  const result = { landed, late, problems, words, paths, answers: attempt.answers, stoppedBy: landed ? null : stopper(attempt, stories[0]) };
  if (!landed) return { ...result, right: task.expect === 'no_change' && told(task, words) && !late };
  const checkout = join(`${root}-landed`);
  git(root, ['clone', '--quiet', '--no-hardlinks', '--branch', workspace.integrationBranch, root, checkout]);
  // Of two jobs at once one may have landed alone: it is judged by its own tests, but the task is not done.
  const own = (n) => [...(stories[n]?.entries.values() ?? [])].some((entry) => entry.state === 'landed');
  const files = [...task.pass_to_pass, ...(own(0) ? task.fail_to_pass : []), ...(own(1) ? task.second.fail_to_pass ?? [] : [])];
  const tests = await judge(task, checkout, files, base, { confine: attempt.confine });
  const failed = tests.filter((test) => !test.ok);
  const stray = paths.filter((path) => !matches([...task.allowed, ...(task.second?.allowed ?? [])], path));
  const most = task.max_files + (attempt.beside ? (task.second.max_files ?? task.max_files) : 0);
  const sound = task.expect === 'change' && failed.length === 0 && stray.length === 0 && paths.length <= most;
  return {
    ...result, failedTests: failed.map((test) => test.file), testText: failed.map((test) => test.text).join('\n'), stray,
    sound, right: sound && stories.every((_, n) => own(n)),
  };
}

const told = (task, words) => task.says.every((pattern) => new RegExp(pattern, 'i').test(words));
