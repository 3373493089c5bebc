// What a row may ask of the page around it.

import { createContext, useContext } from "react";
import type { PaneTab } from "./subject";

export interface RowActions {
  /** Shows a job in the side pane. */
  show: (tab: PaneTab, jobId: string | undefined) => void;
  /** Sends a command as if it had been written. */
  send: (text: string) => void;
  /** Puts text into the composer to be finished. */
  compose: (text: string) => void;
}

const Context = createContext<RowActions>({ show: () => undefined, send: () => undefined, compose: () => undefined });

export const RowActionsProvider = Context.Provider;

export function useRowActions(): RowActions {
  return useContext(Context);
}
