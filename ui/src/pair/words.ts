// Words of the page a new device opens, and of what it is told when it is let in no more.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  title: "Pair this device",
  titleWith: (host: string) => `Pair with ${host}`,
  securePage: "secure page",
  plainPage: "plain page, no https",
  claiming: "Asking the server for a number",
  same: "Does the computer show the same number?",
  computer: "Computer",
  youGet: "You get",
  youGetText: "what is ticked there",
  thisDevice: "This device",
  staysHere: "Stays here",
  ownKey: "its key, made just now; nobody can copy it",
  noKey: "no key: this page has no https, so the browser keeps a cookie",
  notHere: "Not here",
  plainMisses: "installing, working offline, notifications",
  waits: "Waits for Approve on the computer",
  lost: "The server cannot be reached. It is asked again and again; nothing is lost.",
  left: (time: string) => `${time} left`,
  notSame: "Not the same, stop",
  signingIn: "Let in. Signing in",
  done: "This device is paired",
  doneText: (may: string) => `It may: ${may}.`,
  open: "Open Pilothouse",
  denied: "The computer said no",
  deniedText: "Nothing was let in. If that was a mistake, make a new code there and scan it again.",
  expired: "The time is over",
  expiredText: "A code is good for ten minutes. Make a new one on the computer under Devices, and scan it again.",
  dead: "This code leads nowhere any more",
  deadText: "It works once, and it was used, given up or guessed at too often. Make a new one on the computer under Devices, and scan it again.",
  cancelled: "Stopped",
  cancelledText: "Nothing was let in. When the numbers differ, somebody else may have scanned the code: make a new one.",
  failed: "This did not work",
  tryAgain: "Try again",
  none: "There is no code in this address",
  noneText: "On the computer, open Devices and press Pair a device. Then scan the picture with this device's camera.",
  newer: "This code is of a newer version",
  newerText: "Load this page anew; it then has the version of the server.",
  already: "This browser is paired already",
  alreadyText: (name: string) => `The computer knows it as ${name}.`,
  again: "Pair again",
  androidPhone: "Android phone",
  browserOn: (browser: string, system: string) => (system ? `${browser} on ${system}` : browser),
  // let in no more
  revokedTitle: "This device was shut out",
  revokedText: (name: string) => `The computer does not let ${name} in any more. Its connections are closed, and what it still sends is refused.`,
  revokedNext: "To come back, let somebody at the computer open Devices, press Pair a device, and scan the picture.",
  otherTitle: "This is another server",
  otherText: "At this address a server answers that this device was not paired with. Pair it again, or ask what changed.",
  goneTitle: "This device is signed out",
  goneText: "It was paired without a key, and the browser no longer has its cookie. Pair it again.",
  strangerTitle: "This device is not paired",
  strangerText: "On the computer, open Devices and press Pair a device. Then scan the picture with this device's camera.",
  forget: "Forget the pairing here",
};

export type Words = typeof en;

export const words = defineWords(en, de);
