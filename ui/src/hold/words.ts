// Words for pausing everything.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  pause: "Pause everything",
  resume: "Resume everything",
  callOff: "Call it off",
  paused: "Paused",
  waiting: (n: number) => (n === 0 ? "nothing waits" : n === 1 ? "1 waits" : `${n} wait`),
  said: (waiting: string) => `Everything is paused, ${waiting}. What runs goes on; nothing new begins until you resume.`,
  by: (who: string) => `Paused by ${who}`,
  drains: "The server is about to end when nothing runs any more.",
  drainSaid: (why: string, waiting: string) => `${why} Nothing new begins until then, ${waiting}.`,
  server: "the server",
  owner: "you, at this machine",
};

export type Words = typeof en;

export const words = defineWords(en, de);
