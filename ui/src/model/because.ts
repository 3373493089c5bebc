// What an entry or a queue says, in the language of the page. The server gives a code with its facts and the same as
// an English sentence; what has no code, or one that this page does not know, keeps the sentence.

import type { Absent, Because, Effect, FolderBlock, NoteCode, Profile, QueueNote, Ruling } from "../client";
import { english, type Words, words as pageWords } from "./because-words";
import { de as german } from "./because-words.de";
import { paragraphs } from "./reason";

type Of<Union extends { code: string }, Code> = Extract<Union, { code: Code }>;
type Table<Union extends { code: string }> = { readonly [Code in Union["code"]]: (facts: Of<Union, Code>) => string };

/** Everything that can be said, with the words of one language. */
function sayings(words: Words): { readonly reasons: Table<Because>; readonly notes: Table<NoteCode> } {
  const list = (names: readonly string[], more: number) => (more > 0 ? words.andMore(names.join(", "), more) : names.join(", "));
  const missing: Record<Absent, string> = { large_files: words.noLargeFiles, submodules: words.noSubmodules };
  const hinted = (text: string, network: boolean, absent: readonly Absent[] = []) =>
    [text, ...(network ? [words.wantsNetwork] : []), ...absent.map((what) => missing[what])].join(" ");
  const nameOf = (rule: string) => (rule === "" ? words.unnamedRule : `\`${rule}\``);
  const blocks: Record<FolderBlock, { readonly why: (names: string) => string; readonly next: string }> = {
    dirty: { why: words.dirty, next: words.dirtyNext },
    unfinished: { why: words.unfinished, next: words.unfinishedNext },
    busy: { why: () => words.busy, next: words.busyNext },
    missing: { why: () => words.missing, next: words.missingNext },
    sparse: { why: () => words.sparse, next: words.ownGit },
    filtered: { why: words.filtered, next: words.ownGit },
  };
  const own: Record<Effect, (rule: string) => string> = { allow: words.ownAllows, ask: words.ownAsks, deny: words.ownDenies };
  const ofRepository: Record<Effect, (rule: string) => string> = { allow: words.repositoryAllows, ask: words.repositoryAsks, deny: words.repositoryDenies };
  const profiles: Record<Profile, string> = { careful: words.careful, balanced: words.balanced, autopilot: words.autopilot };
  const ruled = (effect: Effect, ruling: Ruling): string => {
    switch (ruling.by) {
      case "own":
        return own[effect](nameOf(ruling.rule));
      case "repository":
        return ofRepository[effect](nameOf(ruling.rule));
      case "grant":
        return ruling.ends ? words.grantEnds : words.grantStands;
      case "risky_path":
        return words.riskyPath(list([ruling.path], ruling.more));
      case "overwrites":
        return words.overwrites;
      case "moves_main":
        return words.movesMain(ruling.branch);
      case "publishes_itself":
        return words.publishesItself;
      case "every_landing":
        return words.everyLanding(profiles[ruling.profile]);
      case "unverified":
        return words.unverified(profiles[ruling.profile]);
      case "not_low_risk":
        return words.notLowRisk(profiles[ruling.profile]);
      case "not_small":
        return words.notSmall(profiles[ruling.profile]);
      case "fits":
        return words.fits(profiles[ruling.profile]);
    }
  };
  // A code without its words does not compile.
  const reasons: Table<Because> = {
    conflict: ({ branch, paths, more }) => words.conflict(branch, list(paths, more)),
    revert_conflict: ({ branch, paths, more }) => words.revertConflict(branch, list(paths, more)),
    bring_up_conflict: ({ branch, paths, more }) => words.bringUpConflict(branch, list(paths, more)),
    empty: ({ branch }) => words.empty(branch),
    revert_empty: ({ branch }) => words.revertEmpty(branch),
    not_fast_forward: () => words.notFastForward,
    merge_commit: () => words.mergeCommit,
    unrelated: () => words.unrelated,
    too_many_commits: ({ limit }) => words.tooManyCommits(limit),
    check_failed: ({ check, network, absent }) => hinted(words.checkFailed(check), network, absent),
    check_edited: ({ check, paths }) => words.checkEdited(check, paths.join(", ")),
    not_mended: ({ check, branch, commit }) => words.notMended(check, branch, short(commit)),
    other_not_mended: ({ check, branch, commit }) => words.otherNotMended(check, branch, short(commit)),
    branch_fails: ({ check, branch, commit, network, absent }) => hinted(words.branchFails(check, branch, short(commit)), network, absent),
    policy: ({ effect, ruling }) => ruled(effect, ruling),
    rule: ({ said }) => words.serverSays(said),
    denied: ({ by }) => words.denied(by),
    expired: () => words.expired,
    removed: ({ by }) => words.removed(by),
    handed_on: ({ by }) => words.handedOn(by),
    repair_cancelled: () => words.repairCancelled,
    repair_empty: () => words.repairEmpty,
    repair_failed: () => words.repairFailed,
    set_up_waits: () => words.setUpWaits,
    set_up_removed: () => words.setUpRemoved,
    cannot_run: ({ said }) => words.cannotRun(said),
    check_killed: ({ check }) => words.checkKilled(check),
    program_missing: ({ check, program }) => words.programMissing(check, program),
    given_up: ({ attempts }) => words.givenUp(attempts),
    untouched: ({ paths }) => words.untouched(paths.join(", ")),
    stopped: () => words.stopped,
    checks_changed: () => words.checksChanged,
    trial_unconfirmed: () => words.trialUnconfirmed,
    trust: () => words.trust,
    all_paused: () => words.allPaused,
    queue_paused: () => words.queuePaused,
    checks_unconfirmed: () => words.checksUnconfirmed,
    checked_out: ({ branch, folder, block, names, more }) => words.checkedOut(branch, folder, blocks[block].why(list(names, more)), blocks[block].next),
    failed: ({ said }) => words.serverSays(said),
  };
  const notes: Table<NoteCode> = {
    branch_fails: ({ check, branch, commit, waiting }) => words.noteBranchFails(check, branch, short(commit), waiting),
    base_gone: ({ base, branch }) => words.baseGone(base, branch),
    branch_gone: ({ branch, commit }) => words.branchGone(branch, commit),
    remote_ahead: ({ branch, commit }) => words.remoteAhead(branch, commit),
    remote_only: ({ branch, commit }) => words.remoteOnly(branch, commit),
    rewritten: ({ branch, commit }) => words.rewritten(branch, commit),
    closed: ({ folder }) => words.closed(folder),
    failed: ({ said }) => words.serverSays(said),
  };
  return { reasons, notes };
}

const short = (commit: string) => commit.slice(0, 10);
const PAGE = sayings(pageWords);

/** In words; nothing for a code of a newer server. */
function worded<Union extends { code: string }>(table: Table<Union>, of: Union | null | undefined): string | undefined {
  const say = of ? (table[of.code as Union["code"]] as ((facts: Union) => string) | undefined) : undefined;
  try {
    return of ? say?.(of) || undefined : undefined;
  } catch {
    // Facts of a newer server, in another form.
    return undefined;
  }
}

/** A sentence of the server and what it is made of. */
export interface Told {
  readonly reason?: string | null | undefined;
  readonly because?: Because | null | undefined;
}

/** Why, without what a check printed; none stays none. */
export function saidOf(told: Told | null | undefined): string | undefined {
  return toldParts(told)[0] || undefined;
}

/** Why, and what a check printed or a conflict shows. What a person may do next stands beside it as buttons. */
export function toldParts(told: Told | null | undefined): [said: string, output: string] {
  const [said, output] = paragraphs(told?.reason ?? "");
  const own = told?.reason ? worded(PAGE.reasons, told.because) : undefined;
  return own === undefined ? [said, output] : [own, output.replace(STORY, "").trim()];
}

/** What a reason says in a language that is not the page's to choose; nothing for a code of a newer server. */
export function reasonIn(language: string, because: Because | null | undefined): string | undefined {
  return worded(sayings(language === "de" ? german : english).reasons, because);
}

/** How the server ends what it tells a person, in English. */
const STORY = /(^|\n\n)(It was mended (once|\d+ times) by itself|What now: )[\s\S]*$/;

export function noteText(note: QueueNote): string {
  return worded(PAGE.notes, note.code) ?? note.text;
}

/** What is worth knowing of a queue; an older server sends the sentences alone. */
export function notesOf(queue: { readonly notes?: readonly QueueNote[] | undefined; readonly warnings: readonly string[] }): readonly QueueNote[] {
  return queue.notes ?? queue.warnings.map((text) => ({ text }));
}
