import { figure } from "../words";
import type { Words } from "./words";

export const de: Words = {
  you: "Sie",
  held: (who) => (who ? `Alles wurde von ${who} angehalten` : "Alles wurde angehalten"),
  resumed: (who) => (who ? `Alles geht weiter, fortgesetzt von ${who}` : "Alles geht weiter"),
  stoppedBy: (who) => `Gestoppt von ${who === "Sie" ? "Ihnen" : who}`,
  budgetJob: (used, limit) => `Das Budget dieses Auftrags: ${used} von ${limit}`,
  budgetDay: (used, limit) => `Das Budget von heute: ${used} von ${limit}`,
  budgetWorkspace: (used, limit) => `Das Budget dieses Arbeitsbereichs für heute: ${used} von ${limit}`,
  budgetNear: (said) => `${said}. Es ist fast verbraucht.`,
  budgetReached: (said) => `${said}. Es ist verbraucht.`,
  amountTokens: (n) => `${figure(n)} Token`,
  amountMinutes: (n) => (n === 1 ? "1 Minute" : `${figure(n)} Minuten`),
  amountLess: (amount) => `${amount} oder etwas mehr`,
  setupFinished: (command) => `Einrichtung fertig: ${command}`,
  setupFailed: (command) => `Einrichtung fehlgeschlagen: ${command}`,
  dryRunPassed: (commit) => `Die Prüfungen bestehen auf ${commit}, dem Commit, von dem die Arbeit ausgeht`,
  dryRunFailed: (names, commit) => `Schlägt schon auf ${commit} fehl, dem Commit, von dem die Arbeit ausgeht: ${names}`,
  dryRunBroke: (commit) => `Die Prüfungen ließen sich auf ${commit} nicht ausprobieren`,
  cancelled: (request) => `Anfrage ${request} wurde abgebrochen`,
  unplanned: (request) => `Anfrage ${request} ließ sich nicht planen`,
  allowed: (action, rule) => `Ohne Frage erlaubt: ${action}. ${rule}`,
  refused: (action, rule) => `Von den Regeln abgelehnt: ${action}. ${rule}`,
  granted: (covers, by) => `Ab jetzt erlaubt durch ${by}: ${covers}`,
  revoked: (covers, by) => `Widerrufen durch ${by}: ${covers}`,
};
