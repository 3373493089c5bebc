import type { Words } from "./words";

export const de: Words = {
  palette: "Befehle öffnen",
  newSession: "Neue Sitzung",
  search: "Im Gespräch suchen",
  settings: "Einstellungen",
  queue: "Zur Warteschlange",
  approvals: "Zu den Freigaben",
  chat: "Zurück zum Gespräch",
  composer: "Eine Nachricht schreiben",
  pane: "Seitenbereich ein- oder ausblenden",
  review: "Das neueste Diff öffnen",
  approve: "Die gezeigte Freigabe einmal erlauben",
  deny: "Die gezeigte Freigabe ablehnen",
  land: "Die Änderung in der Durchsicht freigeben und übernehmen",
  latest: "Zum Neuesten springen",
  shortcuts: "Alle Tastenkürzel zeigen",
  nextSession: "Nächste Sitzung",
  previousSession: "Vorige Sitzung",
};
