// Words for telling a running job something, and for taking its work over.

import { defineWords, figure } from "../words";
import { de } from "./control-words.de";

const en = {
  steerLabel: "Tell it something",
  steerHint: "Tell it something, it reads it before its next step",
  steerHintWaits: "Tell it something, it reads it when it goes on",
  steerSend: "Tell it",
  steerFailed: "It was not told",
  steerTooLong: (most: number) => `Too long. Characters it may have: ${figure(most)}.`,
  steered: "What it was told",
  steerWaiting: "not read yet",
  steerTaken: "read",
  steerMissed: "it ended before it read this",
  steerBy: (who: string) => `told by ${who}`,
  takeOver: "Take over",
  takeTitle: "Take this job over?",
  takeText: "Its worker stops and keeps its work. You get its files in a folder of your own, on a branch of their own, and hand them back when you are done.",
  takeYes: "Take over",
  takeNo: "Leave it",
  coming: "You are taking this job over.",
  comingText: "Its worker puts its work aside; then its files are here.",
  yours: "This job is yours.",
  yoursOf: (who: string) => `Taken over by ${who}.`,
  yoursText: "Change what you like, committed or not. Then hand it back.",
  branch: (name: string) => `On the branch ${name}.`,
  folder: "Its files",
  copyPath: "Copy the path",
  openFolder: "Open the folder",
  handedBack: "Handed back.",
  handedBackText: "A worker checks it as it is; then it lands like any other change.",
  leftOver: "Its folder is still there.",
  leftOverText: "It holds changes that were not handed back.",
  cameBack: "It did not pass, so it is yours again.",
  why: "Why",
  handBack: "Hand back",
  handBackTitle: "Hand back what is in the folder?",
  handBackText: "It is committed as one change, checked by a worker as it is, and asked about like any other before it lands.",
  message: "Commit message",
  changed: (n: number) => (n === 0 ? "Nothing in the folder has changed." : n === 1 ? "1 file has changed:" : `${figure(n)} files have changed:`),
  more: (n: number) => `and ${figure(n)} more`,
  giveBack: "Give it back to the crew",
  giveBackTitle: "Give it back to the crew?",
  giveBackText: "A worker goes on from where it was when you took it over.",
  giveBackChanged: "You have changed something. A worker can go on from that, or from where it was when you took it over.",
  keep: "Go on from my changes",
  discard: "Discard my changes",
  giveYes: "Give back",
  remove: "Remove the folder",
  removeTitle: "Remove the folder?",
  removeText: "The changes in it are gone then. Keeping commits them in the depot first.",
  removeKeep: "Keep a commit and remove",
  removeDiscard: "Discard and remove",
  cancel: "Not now",
  failed: "That did not work",
  // the story
  sSteered: (who: string) => `Told by ${who}`,
  sTaken: (who: string) => `Taken over by ${who}`,
  sTakenComing: (who: string) => `About to be taken over by ${who}`,
  sHandedBack: (who: string) => `Handed back by ${who}`,
  sLetGo: (who: string) => `Given back to the crew by ${who}`,
};

export type Words = typeof en;

export const controlWords = defineWords(en, de);
export { controlWords as words };
