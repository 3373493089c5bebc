import type { BackendWords } from "./backend-words";

export const de: BackendWords = {
  head: "Wer Aufträge ausführt",
  text: "Aufträge, die ein Modell brauchen, führt aus, was hier gewählt ist, und nichts anderes an seiner Stelle. Eine Nachricht, die mit /with und einem Namen beginnt, wählt für sich.",
  nativeText: "Vier Werkzeuge, in der Sandbox des Auftrags. Nichts zu installieren.",
  none: "Nichts",
  noneText: "Nur was kein Modell braucht, wird getan.",
  version: (found) => `Version ${found}`,
  noVersion: "Nennt seine Version nicht",
  tried: (tried) => `erprobt mit ${tried}`,
  triedExactly: "die Version, mit der Pilothouse erprobt ist",
  loggedIn: "angemeldet (Aufträge nutzen keine Anmeldung)",
  notLoggedIn: "nicht angemeldet (Aufträge brauchen keine Anmeldung)",
  notInstalled: "Nicht installiert",
  install: "Installieren mit",
  from: (origin) => `Gewählt durch: ${origin}`,
  forget: "Zurück zur Vorgabe",
  fixed: "Eine Variable oder ein Schalter des Servers sagt etwas anderes und geht vor.",
  looking: "Agenten auf diesem Rechner werden gesucht",
  loadFailed: "Das konnte nicht gelesen werden",
  saveFailed: "Das wurde nicht geändert",
};
