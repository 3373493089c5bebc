// What a worker says of itself, read out of loose JSON: another version may say more, less, or it otherwise.

import type { EffectiveIsolation, Job, JsonValue, Worker } from "../client";

export interface Agent {
  readonly name: string;
  readonly version: string | null;
  /** Why it cannot be used, when it cannot. */
  readonly problem: string | null;
}

export interface About {
  readonly pid: number | null;
  readonly version: string | null;
  readonly backends: readonly string[];
  readonly toolchains: readonly string[];
  readonly agents: readonly Agent[];
  readonly isolation: EffectiveIsolation | null;
  /** Why nothing confines what it runs. */
  readonly isolationProblem: string | null;
}

type Fields = { readonly [key: string]: JsonValue | undefined };

function fields(value: JsonValue | undefined): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

export function aboutOf(worker: Worker): About {
  const can = fields(worker.capabilities);
  const details = fields(worker.details);
  const isolation = fields(can["isolation"]);
  const part = (name: string) => text(isolation[name]) ?? "";
  return {
    pid: typeof details["pid"] === "number" ? details["pid"] : null,
    version: text(details["version"]),
    backends: texts(can["backends"]),
    toolchains: texts(can["toolchains"]),
    agents: (Array.isArray(can["agents"]) ? can["agents"] : []).flatMap((each): Agent[] => {
      const agent = fields(each);
      const name = text(agent["backend"]) ?? text(agent["name"]);
      return name ? [{ name, version: text(agent["version"]), problem: text(agent["problem"]) }] : [];
    }),
    isolation: part("backend") === "" ? null : {
      backend: part("backend"), fs: part("fs"), net: part("net"), limits: part("limits"), kill: part("kill"),
      ...(part("image") === "" ? {} : { image: part("image") }),
    },
    isolationProblem: text(can["isolationProblem"]),
  };
}

export interface Record {
  readonly done: number;
  readonly failed: number;
  /** Milliseconds its jobs took, all together. */
  readonly workedMs: number;
}

/** What became of the jobs a worker had, newest first, and their sum. */
export function historyOf(workerId: string, jobs: Iterable<Job>): { jobs: Job[]; record: Record } {
  const mine = [...jobs].filter((job) => job.workerId === workerId).sort((a, b) => (b.claimedAt ?? "").localeCompare(a.claimedAt ?? ""));
  const count = (status: Job["status"]) => mine.filter((job) => job.status === status).length;
  const workedMs = mine.reduce((sum, job) => sum + (job.durationMs ?? 0), 0);
  return { jobs: mine, record: { done: count("completed"), failed: count("failed"), workedMs } };
}
