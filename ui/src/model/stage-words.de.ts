import type { Words } from "./stage-words";

export const de: Words = {
  preparing: "wird vorbereitet",
  engine: "wartet auf die Container-Engine",
  working: "arbeitet",
  editing: "ändert Dateien",
  handedBack: "übernimmt, was zurückgegeben wurde",
  validating: "prüft",
  opinion: "wägt eine Meinung ab",
  revising: "überarbeitet",
  alone: "versucht die Tests für sich",
  handing: "übergibt",
  run: (number, of) => `Lauf ${number} von ${of}`,
  trying: (commit) => `probiert ${commit}`,
};
