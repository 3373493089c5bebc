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
  return deviceName(from ?? words.you);
}

/** The server names a browser that nobody named, and only in English; what people wrote stays theirs. */
export function deviceName(name: string): string {
  if (name === "Browser on this machine") return words.browserHere;
  return name === "Browser on a phone" ? words.browserPhone : name;
}
