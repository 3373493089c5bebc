import type { Words } from "./device-words";

export const de: Words = {
  paired: (name, by) => (by ? `${name} wurde von ${by} eingelassen` : `${name} wurde eingelassen`),
  revoked: (name, by) => (by ? `${name} wurde von ${by} ausgesperrt` : `${name} wurde ausgesperrt`),
  upgraded: (name, by) => (by ? `Was ${name} darf, wurde von ${by} geändert` : `Was ${name} darf, wurde geändert`),
  newKey: (name) => `${name} hat jetzt einen anderen Schlüssel`,
  registered: (name, host) => (name === host ? `Der Rechner ${name} ist da` : `Der Rechner ${name} ist da, ${host}`),
  allowed: (name, what) => `Der Rechner ${name} leiht: ${what}`,
  allowedNothing: (name) => `Der Rechner ${name} leiht nichts`,
  terminals: "Terminals öffnen",
  recipes: "Rezepte",
  workers: "Arbeit der Crew",
};
