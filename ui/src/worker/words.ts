// Words of a worker's page.

import { defineWords, figure } from "../words";
import { de } from "./words.de";

const en = {
  back: "Back to the queue",
  unknownTitle: "No such worker",
  unknown: (id: string) => `This server knows no worker called ${id}. Workers that ended some time ago are forgotten.`,
  failedTitle: "The workers could not be read",
  idle: "idle",
  busy: "at work",
  trouble: "in trouble",
  offline: "offline",
  now: "At work on",
  nothing: "Nothing: it waits for a job.",
  can: "What it can do",
  backends: "Backends",
  agents: "Agents found",
  agentsNone: "none",
  toolchains: "Toolchains",
  isolation: "Isolation in effect",
  isolationNone: "None. What it runs is not confined.",
  sandbox: "Sandbox",
  files: "Files",
  network: "Network",
  limits: "Limits",
  stop: "Stop",
  itself: "The worker itself",
  version: "Version",
  process: "Process",
  seen: "Last heard of",
  since: "Known since",
  history: "Its jobs",
  historyNone: "It has had none of the newest jobs.",
  record: (done: number, failed: number) => `${figure(done)} done, ${figure(failed)} failed`,
  took: (time: string) => `${time} of work`,
};

export type Words = typeof en;
export const words = defineWords(en, de);
