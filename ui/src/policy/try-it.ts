// From what is typed into "Why?" to the action that is asked about. No React.

import type { ActionKind } from "../client";

export type Kind = "command" | "host" | "file";

/** `undefined` while there is nothing to ask about; `"port"` for a port that is none. */
export function actionOf(kind: Kind, text: string, unconfined: boolean): ActionKind | "port" | undefined {
  const typed = text.trim();
  if (typed === "") return undefined;
  if (kind === "command") return { kind: "command", argv: ["bash", "-c", typed], cwd: "", confined: !unconfined };
  if (kind === "file") return { kind: "file.write", paths: [typed] };
  const [, host = "", port] = /^(.*?)(?::([^:]*))?$/.exec(typed) ?? [];
  if (port === undefined || host.includes(":")) return { kind: "network", host: typed, port: 443 };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  return number >= 1 && number <= 65_535 ? { kind: "network", host, port: number } : "port";
}
