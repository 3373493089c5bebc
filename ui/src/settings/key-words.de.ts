import type { Words } from "./key-words";

export const de: Words = {
  key: "Schlüssel, freiwillig",
  keyPlaceholder: "Schlüssel einfügen",
  keyKept: "gespeichert; tippen Sie, um ihn zu ersetzen",
  hintSystem: (name) => `Liegt im Schlüsselbund (${name}), geht nur an diesen Endpunkt und wird nie wieder gezeigt.`,
  hintFile: "Liegt in einer verschlüsselten Datei, geht nur an diesen Endpunkt und wird nie wieder gezeigt.",
  hintRun: "Kein Schlüsselbund wurde gefunden, darum gilt er nur, bis der Server endet. Er geht nur an diesen Endpunkt und wird nie wieder gezeigt.",
  hintNone: "Zurzeit kann kein Schlüssel gespeichert werden.",
  hintLocked: (name) => `Der Schlüsselbund (${name}) ist gesperrt; vielleicht bittet er Sie, ihn zu entsperren.`,
  hintVariable: "Stattdessen gilt die Variable, die daneben steht.",
  notAKey: "Ein Schlüssel ist ein Wort ohne Leerzeichen.",
  savedSystem: (name) => `Schlüssel liegt im Schlüsselbund (${name})`,
  savedFile: "Schlüssel liegt in einer verschlüsselten Datei",
  savedRun: "Schlüssel gilt nur, bis der Server endet",
  elsewhere: (endpoint) => `Ein gespeicherter Schlüssel wird nicht verwendet: Er gilt für ${endpoint}`,
  locked: "Der gespeicherte Schlüssel ist gerade nicht lesbar",
  gone: "Der gespeicherte Schlüssel ist nicht mehr da. Speichern Sie ihn neu.",
  forgetKey: "Schlüssel vergessen",
  forgetKeyOf: (role) => `Schlüssel vergessen: ${role}`,
  forgetFailed: "Der Schlüssel wurde nicht vergessen",
};
