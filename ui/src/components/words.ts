import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  failed: "Failed",
  loading: "Loading",
  close: "Close",
  cancel: "Cancel",
  table: "Table",
  tryAgain: "Try again",
  copyDetails: "Copy details",
  copy: "Copy",
  copied: "Copied",
  notAllowed: "Not allowed here",
  picture: "picture",
  added: "added",
  removed: "removed",
  seconds: (n: number) => `${n} s`,
  minutes: (n: number) => `${n} m`,
  hours: (n: number) => `${n} h`,
  days: (n: number) => `${n} d`,
  keyCtrl: "Ctrl",
  keyAlt: "Alt",
  keyShift: "Shift",
  keyEnter: "Enter",
  keyEscape: "Esc",
  keyEnd: "End",
  keyHome: "Home",
  about: (time: string) => `about ${time}`,
};

export type Words = typeof en;

export const words = defineWords(en, de);
