// What differs between the desktop window and a browser tab. The shell announces itself by an object on the
// window; without it every command has an honest fallback or says that it is not there.

import type { Seen } from "../notifications/seen";
import type { Updates, UpdateSeen } from "../updates/seen";

export interface Platform {
  readonly kind: "desktop" | "browser";
  /** Opens a link outside of the page. */
  openLink: (href: string) => void;
  /** A folder chosen in the system's own dialog; absent where there is none. */
  readonly pickFolder?: () => Promise<string | undefined>;
  /** Opens the folder of a job that was taken over; absent where it is not on this machine. */
  readonly openTaken?: (jobId: string) => void;
  /** Ends the program, also when it would go on without its window; absent where there is nothing to end. */
  readonly quit?: () => Promise<void>;
  /** Why the window has no server, when it has none; absent where nobody can know. */
  readonly problem?: () => Promise<string | undefined>;
  /** Starts the server again that is gone, and leads the window to it; absent where nothing can be started. */
  readonly startAgain?: () => Promise<void>;
  /** Newer versions of the program; absent where the page is no part of one. */
  readonly updates?: Updates;
  /** Which notifications were sent and what became of them; absent where nothing shows any. */
  readonly notifications?: () => Promise<Seen>;
  /** Changes what is given and answers what holds; absent where there is no app to choose for. */
  readonly choices?: (change: Partial<DesktopChoices>) => Promise<DesktopChoices>;
}

export interface DesktopChoices {
  readonly onClose: "ask" | "keep" | "quit";
  /** Said when the app was started, so a change counts from the next start on. */
  readonly onCloseFixed: boolean;
  readonly startAtLogin: boolean;
}

interface Shell {
  core?: { invoke?: (command: string, args?: Record<string, unknown>) => Promise<unknown> };
}

declare global {
  interface Window {
    __TAURI__?: Shell;
  }
}

const LINK = /^(https?:|mailto:)/i;

export function detectPlatform(host: Window): Platform {
  const invoke = host.__TAURI__?.core?.invoke;
  const openInTab = (href: string) => {
    if (LINK.test(href)) host.open(href, "_blank", "noopener,noreferrer");
  };
  if (!invoke) return { kind: "browser", openLink: openInTab };
  return {
    kind: "desktop",
    openLink: (href) => {
      if (LINK.test(href)) invoke("open_link", { href }).catch(() => openInTab(href));
    },
    pickFolder: async () => {
      const chosen = await invoke("pick_folder");
      return typeof chosen === "string" ? chosen : undefined;
    },
    // The window goes nowhere for it: it asks the server of this machine which folder that is.
    ...(host.location.hostname === "127.0.0.1" ? { openTaken: (jobId: string) => host.location.assign(`pilothouse://taken/${jobId}`) } : {}),
    quit: async () => {
      await invoke("quit");
    },
    problem: async () => {
      const text = await invoke("start_problem");
      return typeof text === "string" ? text : undefined;
    },
    startAgain: async () => {
      await invoke("try_again");
    },
    updates: {
      seen: async () => (await invoke("update_state")) as UpdateSeen,
      act: async (act) => (await invoke("update_act", { act })) as UpdateSeen,
    },
    notifications: async () => (await invoke("notifications")) as Seen,
    choices: async (change) => (await invoke("choices", { change })) as DesktopChoices,
  };
}

export const platform: Platform = detectPlatform(window);
