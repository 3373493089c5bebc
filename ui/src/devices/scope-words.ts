// What each scope, role and kind of device is called, and what it lets one do.

import { defineWords } from "../words";
import { de } from "./scope-words.de";

const en = {
  everything: "everything",
  nodeOnly: "lends itself, nothing else",
  nothing: "nothing",
  read: "read",
  readHint: "Sessions, work, diffs",
  chat: "chat",
  chatHint: "Send requests",
  approve: "approve",
  approveHint: "Answer, land",
  jobs: "jobs",
  jobsHint: "Stop and steer work",
  merge: "merge",
  mergeHint: "Order of the queue",
  publish: "publish",
  publishHint: "Push, open pull requests",
  terminalRead: "watch terminals",
  terminalReadHint: "What your shells show",
  terminalWrite: "type in terminals",
  terminalWriteHint: "As you, on this machine",
  pair: "pair",
  pairHint: "Let other devices in",
  admin: "manage",
  adminHint: "Settings, policy, workspaces",
  work: "work",
  workHint: "Take jobs",
  node: "machine",
  nodeHint: "Lend itself",
  roleOwner: "owner",
  roleMember: "member",
  roleApprover: "approver",
  roleViewer: "viewer",
  roleNode: "machine",
  kindPhone: "phone",
  kindBrowser: "browser",
  kindCli: "command line",
  kindNode: "machine",
  kindDesktop: "desktop",
};

export type Words = typeof en;

export const words = defineWords(en, de);
