import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  notYet: "Not in this version",
  will: "What will be here",
  today: "What works today",
  terminals: "Terminals",
  terminalsLead: "Shells on this machine, also from the phone",
  terminals1: "Several terminals in tabs and beside each other, each open in as many places as you like",
  terminals2: "Coming back to the same line after a broken connection",
  terminals3: "Recording, and people who may only watch",
  terminalsRecipes: "Commands of the repository run as recipes. In a conversation write:",
  terminalsOutput: "The output of every job is followed live on its page:",
  terminalsOwn: "The crew itself listens in your own terminal:",
  queue: "Queue",
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
  devices: "Devices",
  devicesLead: "Phones and browsers that may talk to this crew",
  devices1: "Pairing a phone by a picture, with six figures to compare on both screens",
  devices2: "What each device may do, when it was last here, and a button that shuts it out",
  devices3: "Other machines that lend their workers",
  devicesCookie: "This browser holds its own cookie. Another one on this machine gets in with:",
  devicesLocal: "The server listens on this machine only; nothing reaches it from outside.",
};

export type Words = typeof en;

export const words = defineWords(en, de);
