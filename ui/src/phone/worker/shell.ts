// Which requests the kept shell answers. Only the files of the page itself are ever kept: no answer of the server, no
// page that was asked for with somebody's cookie, nothing that was asked for by name.

/** What the page is made of, said when it is built. */
export interface Shell {
  /** Changes with any of the files. */
  readonly version: string;
  readonly files: readonly string[];
}

/** The page that routes by itself. */
export const PAGE = "/index.html";
/** Longest time the server is waited for before the kept page opens. */
export const PATIENCE_MS = 3_000;

export interface Asked {
  readonly method: string;
  readonly mode: string;
  readonly url: string;
}

/** `page` is any address a person opens; `file` a part of the page; everything else is none of ours. */
export function kindOf(asked: Asked, origin: string, files: ReadonlySet<string>): "page" | "file" | "other" {
  if (asked.method !== "GET") return "other";
  const url = new URL(asked.url);
  if (url.origin !== origin) return "other";
  if (asked.mode === "navigate") return "page";
  return files.has(url.pathname) && url.pathname !== PAGE ? "file" : "other";
}

/** Whether the server's answer is a page. A proxy before a server that is down answers too. */
export function isPage(answer: { ok: boolean; headers: { get: (name: string) => string | null } }): boolean {
  return answer.ok && (answer.headers.get("content-type") ?? "").startsWith("text/html");
}
