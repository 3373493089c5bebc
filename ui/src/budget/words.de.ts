import { figure } from "../words";
import type { Words } from "./words";

export const de: Words = {
  title: "Verbrauch",
  text: "Was die Crew heute verbraucht hat, Aufruf für Aufruf gezählt, und was sie darf. Ein Tag beginnt um Mitternacht.",
  failed: "Der Verbrauch konnte nicht gelesen werden",
  today: "Heute",
  nothing: "Noch nichts.",
  limits: "Grenzen",
  limitsNone: "Für den Tag ist kein Budget gesetzt. In config.toml: budget.tokensPerDay und Ähnliche.",
  scopeJob: "Ein Auftrag",
  scopeDay: "Der Tag",
  scopeWorkspace: "Dieser Arbeitsbereich, heute",
  usedOf: (used, limit) => `${used} von ${limit}`,
  near: "fast verbraucht",
  reached: "verbraucht: Es wird kein Modell mehr gefragt",
  models: "Nach Modell",
  tokensInOut: (input, output) => `Tokens: ${input} hinein, ${output} heraus`,
  calls: (n) => (n === 1 ? "1 Aufruf" : `${figure(n)} Aufrufe`),
  worked: (time) => `${time} Arbeit`,
  unpriced: (n) => (n === 1 ? "1 Aufruf eines Modells ohne Preis: Was er kostete, ist nicht bekannt." : `${figure(n)} Aufrufe von Modellen ohne Preis: Was sie kosteten, ist nicht bekannt.`),
  estimated: (n) => (n === 1 ? "1 Aufruf sagte nichts von seinen Tokens: Sie sind aus seiner Länge geschätzt." : `${figure(n)} Aufrufe sagten nichts von ihren Tokens: Sie sind aus ihren Längen geschätzt.`),
  again: "Noch einmal nachsehen",
};
