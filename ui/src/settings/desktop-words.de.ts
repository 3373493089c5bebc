// Was die Einstellungen der App sagen.

import type { DesktopWords } from "./desktop-words";

export const de: DesktopWords = {
  head: "Diese App",
  onClose: "Wenn das Fenster geschlossen wird",
  onCloseHint: "Der Server dieses Rechners kann ohne Fenster weiterlaufen; das Symbol in der Leiste oder ein neuer Start bringt es zurück.",
  ask: "Fragen",
  keep: "Weiterlaufen",
  quit: "Beenden",
  login: "Beim Anmelden starten",
  loginHint: "Öffnet das Fenster, wenn Sie sich an diesem Rechner anmelden.",
  fixed: "Beim Start der App festgelegt",
  reading: "Die Einstellungen der App werden gelesen",
  failed: "Das wurde nicht geändert",
};
