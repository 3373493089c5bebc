// Reads the canonical payload of an approval: what is known gets a row with a name, everything else is shown as it
// stands. Nothing of the payload is ever left out, because the answer is bound to all of it.

import { argvText, revealedAll } from "../components";
import type { Approval, Asks, JsonValue, SetupReach } from "../client";
import { whyOf } from "../model";
import { words } from "./words";

export interface TouchedFile {
  path: string;
  additions: number | undefined;
  deletions: number | undefined;
}

export interface Push {
  branch: string;
  commit: string | undefined;
  remote: string | undefined;
  /** Commits that only the remote has would be lost. */
  force: boolean;
  /** The commit that is overwritten, where there is one. */
  over: string | undefined;
  /** Title and base of the pull request that would be opened. */
  pullRequest: { title: string; base: string | undefined } | undefined;
}

export interface Rest {
  label: string;
  value: string;
  /** Sentences for people; everything else is data. */
  prose: boolean;
}

export interface Payload {
  argv: string[] | string | undefined;
  cwd: string | undefined;
  hosts: string[];
  files: TouchedFile[];
  additions: number | undefined;
  deletions: number | undefined;
  fileCount: number | undefined;
  risky: string[];
  target: string | undefined;
  strategy: string | undefined;
  jobId: string | undefined;
  entryId: string | undefined;
  verified: boolean | undefined;
  /** What was built, on which tip, from which commit. */
  commits: { candidate: string | undefined; onto: string | undefined; base: string | undefined };
  /** Whether a command runs in a sandbox. */
  sandbox: boolean | undefined;
  /** What a command is about. */
  classes: string[];
  /** Globs a command may write. */
  writes: string[];
  /** Further commands the answer lets run: checks, set-up steps, recipes. */
  commands: Array<{ of: string; line: string }>;
  /** A branch that would leave this machine. */
  push: Push | undefined;
  /** Keys without a row of their own. */
  rest: Rest[];
}

type Fields = Record<string, JsonValue | undefined>;

const KNOWN = new Set([
  "kind", "action", "hash", "argv", "run", "command", "cwd", "host", "hosts", "port", "files", "paths", "additions", "deletions", "risky",
  "target", "branch", "strategy", "jobId", "entryId", "entry", "verified", "title", "summary", "workspaceId", "sessionId", "job", "checks",
  "setup", "recipes", "root", "writes", "digest", "candidate", "onto", "base", "sandbox", "classes",
]);

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function texts(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function fields(value: JsonValue | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function touched(value: JsonValue | undefined): TouchedFile[] {
  if (Array.isArray(value)) {
    return value.flatMap((one): TouchedFile[] => {
      if (typeof one === "string") return [{ path: one, additions: undefined, deletions: undefined }];
      const f = fields(one);
      const path = text(f["path"]);
      return path ? [{ path, additions: number(f["additions"]), deletions: number(f["deletions"]) }] : [];
    });
  }
  // A map of path to blobs.
  if (typeof value === "object" && value !== null) {
    return Object.keys(value).map((path) => ({ path, additions: undefined, deletions: undefined }));
  }
  return [];
}

/** Lines of a list of commands, of steps with a `run`, or of a table of them. */
function commandsOf(of: string, value: JsonValue | undefined): Array<{ of: string; line: string }> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).map(([name, one]) => ({ of, line: `${name}: ${argvText(texts(fields(one)["run"]))}` }));
  }
  if (!Array.isArray(value)) return [];
  return value.map((one) => {
    if (typeof one === "string") return { of, line: one.replaceAll("\n", "\\n") };
    const step = fields(one);
    const network = texts(step["network"]);
    const more = [
      network.length > 0 ? words.reachesHosts(network.join(", ")) : "",
      // When a check is not run is as much as what it runs.
      step["skipUntouched"] === true ? words.leftOut(texts(step["paths"]).join(", ")) : "",
    ];
    return { of, line: [argvText(texts(step["run"])), ...more.filter(Boolean)].join("  ") };
  });
}

const OF_A_PUSH = new Set(["head", "base", "commit", "remote", "force", "createPr", "title", "publishId", "overwrites"]);

function pushOf(f: Fields): Push | undefined {
  const branch = text(f["head"]);
  if (!text(f["publishId"]) || !branch) return undefined;
  const pullRequest = f["createPr"] === true ? { title: text(f["title"]) ?? branch, base: text(f["base"]) } : undefined;
  return { branch, commit: text(f["commit"]), remote: text(f["remote"]), force: f["force"] === true, over: text(fields(f["overwrites"])["commit"]), pullRequest };
}

export function readPayload(approval: Approval): Payload {
  const f = fields(revealedAll(approval.details));
  const push = pushOf(f);
  const argv = f["argv"] ?? f["run"] ?? f["command"];
  const files = touched(Array.isArray(f["files"]) || typeof f["files"] === "object" ? f["files"] : f["paths"]);
  const port = number(f["port"]);
  return {
    argv: Array.isArray(argv) ? (argv.some(Array.isArray) ? argv.map((one) => argvText(texts(one))).join("\n") : texts(argv)) : text(argv),
    cwd: text(f["cwd"]) ?? text(f["root"]),
    hosts: [...texts(f["host"]), ...texts(f["hosts"])].map((host) => (port ? `${host}:${port}` : host)),
    files,
    additions: number(f["additions"]),
    deletions: number(f["deletions"]),
    fileCount: number(f["files"]) ?? (files.length > 0 ? files.length : undefined),
    risky: texts(f["risky"]),
    target: text(f["target"]) ?? text(f["branch"]),
    strategy: text(f["strategy"]),
    jobId: text(f["jobId"]) ?? text(f["job"]),
    entryId: text(f["entryId"]) ?? text(f["entry"]),
    verified: typeof f["verified"] === "boolean" ? f["verified"] : undefined,
    commits: { candidate: text(f["candidate"]), onto: text(f["onto"]), base: text(f["base"]) },
    sandbox: typeof f["sandbox"] === "boolean" ? f["sandbox"] : undefined,
    classes: texts(f["classes"]),
    writes: texts(f["writes"]),
    commands: [...commandsOf("Checks", f["checks"]), ...commandsOf("Set-up", f["setup"]), ...commandsOf("Recipes", f["recipes"])],
    push,
    rest: Object.entries(f)
      .filter(([key, value]) => !KNOWN.has(key) && !(push && OF_A_PUSH.has(key)) && value !== null && value !== undefined)
      .map(([key, value]) => ({
        label: LABELS[key] ?? plainKey(key),
        value: typeof value === "string" ? (ownWords(approval.asks, key) ?? value) : JSON.stringify(value),
        prose: key === "note",
      })),
  };
}

/** Keys of our own questions. */
const LABELS: Readonly<Record<string, string | undefined>> = {
  note: words.keyNote, offline: words.keyOffline, timeoutS: words.keyTimeoutS, key: words.keyKey, describedBy: words.keyDescribedBy,
  dockerfileDigest: words.keyDockerfileDigest, startsFrom: words.keyStartsFrom, buildArguments: words.keyBuildArguments, stage: words.keyStage, copies: words.keyCopies,
  copiesMore: words.keyCopiesMore, network: words.keyNetwork, imageDigest: words.keyImageDigest, dockerfileText: words.keyDockerfileText, origin: words.keyOrigin, groups: words.keyGroups,
  instruction: words.keyInstruction, recipe: words.keyRecipe, integrationBranch: words.keyIntegrationBranch, from: words.keyFrom, to: words.keyTo,
  toolCallId: words.keyToolCallId, tool: words.keyTool, args: words.keyArgs,
};

const REACHES: Record<SetupReach, string> = { hosts: words.noteHosts, all: words.noteAll, unconfined: words.noteUnconfined };

/** What the server itself says of a question, in the language of the page. */
function ownWords(asks: Asks | undefined, key: string): string | undefined {
  if (key === "note" && asks?.kind === "setup_network") return REACHES[asks.reach];
  if (key === "note" && asks?.kind === "job_write") return words.noteWrite;
  if (key === "note" && asks?.kind === "local_command") return words.noteLocal;
  if (key === "network" && asks?.kind === "image_build") return words.noteImage;
  return undefined;
}

/** `patchHash` as `patch hash`. */
function plainKey(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The entry a landing is about, to open its review. */
export function reviewOf(approval: Approval): string | undefined {
  if (approval.action !== "land") return undefined;
  return readPayload(approval).entryId ?? approval.subject;
}

/** Files listed in a card; the rest is in the full view. */
export const FILES_IN_CARD = 12;
const COMMAND_IN_CARD = 1200;

/** Whether a card can show all of it. */
export function fitsCard(payload: Payload): boolean {
  const command = Array.isArray(payload.argv) ? payload.argv.join(" ") : (payload.argv ?? "");
  const rest = payload.rest.reduce((sum, { value }) => sum + value.length, 0);
  const more = payload.commands.reduce((sum, { line }) => sum + line.length, 0);
  return command.length + more <= COMMAND_IN_CARD && payload.files.length <= FILES_IN_CARD && rest <= 1200;
}

/** The line of a list that says what would be done. */
export function gist(approval: Approval): string {
  const payload = readPayload(approval);
  if (payload.argv) return Array.isArray(payload.argv) ? argvText(payload.argv) : payload.argv;
  const size = payload.additions !== undefined ? ` +${payload.additions} −${payload.deletions ?? 0}` : "";
  if (payload.files[0]) {
    return payload.files.length === 1 ? `${payload.files[0].path}${size}` : words.andMore(payload.files[0].path, payload.files.length - 1) + size;
  }
  if (payload.fileCount !== undefined) return words.nFiles(payload.fileCount) + size;
  if (payload.hosts.length > 0) return payload.hosts.join(", ");
  return whyOf(approval);
}
