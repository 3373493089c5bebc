// How a terminal ended, in words.

import type { Terminal, TerminalEnd } from "../client";
import { words } from "./words";

export function howEnded(end: TerminalEnd): string {
  if (end.why === "server") return words.byServer;
  if (end.why === "idle") return words.byIdleness;
  if (end.why === "closed") return words.byPerson;
  if (end.exitCode !== undefined) return words.exitCode(end.exitCode);
  if (end.signal !== undefined) return words.bySignal(end.signal);
  return words.unknownEnd;
}

export function tabText(terminal: Terminal): string {
  return terminal.end ? `${terminal.name}, ${words.ended(howEnded(terminal.end))}` : terminal.name;
}
