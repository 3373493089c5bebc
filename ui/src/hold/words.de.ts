import type { Words } from "./words";

export const de: Words = {
  pause: "Alles anhalten",
  resume: "Alles fortsetzen",
  callOff: "Doch nicht",
  paused: "Angehalten",
  waiting: (n) => (n === 0 ? "nichts wartet" : n === 1 ? "1 wartet" : `${n} warten`),
  said: (waiting) => `Alles ist angehalten, ${waiting}. Was läuft, läuft weiter; Neues beginnt erst, wenn Sie fortsetzen.`,
  by: (who) => `Angehalten von ${who}`,
  drains: "Der Server beendet sich, sobald nichts mehr läuft.",
  drainSaid: (why, waiting) => `${why} Bis dahin beginnt nichts Neues, ${waiting}.`,
  server: "dem Server",
  owner: "Ihnen, an diesem Rechner",
};
