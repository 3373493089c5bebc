import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  notYet: "Not in this version",
  will: "What will be here",
  today: "What works today",
  agents: "Agents",
  agentsLead: "Direct conversations with one coding agent",
  agents1: "Threads with Codex, Claude Code and others that are installed here, with every step they take",
  agents2: "Their questions as approvals of ours, answered anywhere, once",
  agents3: "The same sandbox and the same landing as any job",
  agentsCrew: "The built-in crew: write what you want in a conversation; it plans, works, checks and lands.",
  agentsModels: "Which models it may use is chosen here:",
  agentsDoctor: "What was found on this machine stands here:",
  settings: "Settings",
  doctor: "Doctor",
};

export type Words = typeof en;

export const words = defineWords(en, de);
