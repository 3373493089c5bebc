import { defineWords } from "../words";

export const words = defineWords(
  {
    failed: "Failed",
    loading: "Loading",
    close: "Close",
    table: "Table",
    tryAgain: "Try again",
    copyDetails: "Copy details",
    copy: "Copy",
    copied: "Copied",
    notAllowed: "Not allowed here",
    picture: "picture",
    added: "added",
    removed: "removed",
  },
  { de: { failed: "Fehlgeschlagen", loading: "Lädt", close: "Schließen" } },
);
