import type { Words } from "./words";

export const de: Words = {
  offline: "Der Pilothouse-Server antwortet nicht. Vielleicht ist er angehalten oder startet gerade neu.",
  unreadable: (method) => `Die Antwort auf ${method} ließ sich nicht lesen.`,
  status: (method, status) => `Der Server hat ${method} mit Status ${status} beantwortet.`,
  signIn: (status) => `Das Anmelden ist mit Status ${status} fehlgeschlagen.`,
  streamStatus: (status) => `der Server hat mit Status ${status} geantwortet`,
};
