// Which publication somebody is preparing. One sheet for the whole window; any page may ask for it.

import { Store } from "../model";

export type Mode = "push" | "pr";

export interface Wish {
  readonly sessionId: string;
  readonly mode: Mode;
  /** A name to begin with, where another was refused. */
  readonly head?: string | undefined;
  /** Why it cannot be published just now, if the page that asks knows a reason. */
  readonly blocked?: string | undefined;
}

export const wish = new Store<Wish | undefined>(undefined);

export function openPublish(wanted: Wish): void {
  wish.set(wanted);
}

export function closePublish(): void {
  wish.set(undefined);
}
