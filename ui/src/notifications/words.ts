// What the page says of notifications.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  title: "Notifications",
  text: "What you are told of, and where. A change counts at once.",
  needsYou: "Needs you",
  needsYouHint: "A question that waits for your answer.",
  finished: "Finished",
  finishedHint: "What landed, and what was found out.",
  failed: "Failed",
  failedHint: "What failed or came back from its checks.",
  limit: "Limit",
  limitHint: "What a used-up quota or budget stops, and requests that wait for a model.",
  worker: "Worker trouble",
  workerHint: "A worker that keeps ending by itself.",
  quiet: "Quiet hours",
  quietHint: "By the clock of the device that is told. A question that still waits afterwards is told then.",
  quietFrom: "from",
  quietUntil: "until",
  wholeDay: "The same time twice is the whole day.",
  notATime: "Write a time such as 22:00.",
  fixed: "Change it there; here it has no effect.",
  notSaved: "This was not changed",
  loadFailed: "This could not be read",
  what: "What is told",
  whatText: "By the desktop app, and by browsers and phones that are told. What the app has sent is listed in the app.",
  nobodyTitle: "Nothing on this desktop shows notifications",
  nobodyText: "Switch on the notifications of your desktop, or start a program for them such as dunst or mako. A question that still waits is told then.",
  noBusTitle: "This session has no bus for notifications",
  noBusText: "The app was started outside of a desktop session, so it can reach nobody who would show them. Start it from the desktop.",
  sent: "What was sent",
  sentText: "The newest first, with what became of each.",
  none: "Nothing was sent yet",
  noneText: "A notification comes when something needs you, lands, fails or cannot go on. It is listed here with what became of it.",
  sentFailed: "The list could not be read",
  click: "Answer to a click",
  shown: "Shown",
  opened: "Clicked",
  approved: "Approved on it",
  denied: "Denied on it",
  tooLate: "Answered too late",
  notAnswered: "The answer did not get through",
  dismissed: "Dismissed",
  withdrawn: "Taken back: it was settled elsewhere",
  notShown: "Not shown: nobody was there to show it",
  mutedByQuiet: "Not shown: quiet hours",
  mutedByOff: "Not shown: switched off",
};

export type Words = typeof en;

export const words = defineWords(en, de);
