// Names of those who speak in a conversation.

import { words } from "./words";

export function buddyName(from: string | undefined): string {
  const word = (from ?? "").toLowerCase();
  if (word.includes("remote")) return "RemoteBuddy";
  if (word.includes("local") || word === "") return "LocalBuddy";
  if (word === "server" || word === "engine") return "Pilothouse";
  return from ?? "LocalBuddy";
}

export function personName(from: string | undefined): string {
  const word = (from ?? "").toLowerCase();
  if (["", "user", "owner", "client", "you", "local", "human", "ui", "person"].includes(word) || word.startsWith("client:")) {
    return words.you;
  }
  return from ?? words.you;
}
