// What each shortcut does.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  palette: "Open the command palette",
  newSession: "New session",
  search: "Search in the conversation",
  settings: "Settings",
  queue: "Go to the queue",
  approvals: "Go to approvals",
  chat: "Go back to the conversation",
  composer: "Write a message",
  pane: "Show or hide the side pane",
  review: "Open the newest diff",
  approve: "Allow the shown approval once",
  deny: "Deny the shown approval",
  land: "Approve and land what is under review",
  publish: "Push and open a pull request",
  latest: "Jump to the latest",
  shortcuts: "Show all shortcuts",
  queueEarlier: "In the queue: land the chosen entry one place earlier",
  queueLater: "In the queue: land the chosen entry one place later",
  queueNext: "In the queue: land the chosen entry next",
  queueTry: "In the queue: try the chosen entry without landing it",
  queueHistory: "In the queue: history of the chosen entry",
  nextSession: "Next session",
  previousSession: "Previous session",
};

export type Words = typeof en;

export const words = defineWords(en, de);
