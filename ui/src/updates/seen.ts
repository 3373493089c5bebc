// How the updater of the desktop window stands, as the shell tells it, and how long a look stays true.

export interface Running {
  readonly jobs: number;
  readonly plans: number;
  readonly checks: number;
  readonly setUps: number;
}

export interface Failure {
  readonly code: string;
  readonly text: string;
}

interface Offer {
  readonly version: string;
  /** Plain text. */
  readonly notes: string;
}

export type UpdateState =
  | { readonly kind: "idle" | "checking" }
  | (Offer & { readonly kind: "available" | "asking" | "installing" })
  | (Offer & { readonly kind: "downloading"; readonly percent: number | null })
  | (Offer & { readonly kind: "ready" | "waiting"; readonly running: Running | null })
  | (Failure & { readonly kind: "failed"; readonly offer: Offer | null });

export interface UpdateSeen {
  /** Of the program that runs. */
  readonly version: string;
  /** Why there are no updates at all, when there are none. */
  readonly off: Failure | null;
  readonly channel: string | null;
  /** Host that is asked. */
  readonly from: string | null;
  readonly automatic: boolean;
  /** Why this copy cannot replace itself, when it cannot. */
  readonly fixed: Failure | null;
  readonly checkedAt: number | null;
  readonly state: UpdateState;
}

export type UpdateAct = "check" | "download" | "restart" | "wait" | "drain" | "cancel";

export interface Updates {
  readonly seen: () => Promise<UpdateSeen>;
  readonly act: (act: UpdateAct) => Promise<UpdateSeen>;
}

/** The version a state is about, with its notes. */
export function offerOf(state: UpdateState): Offer | null {
  if (state.kind === "failed") return state.offer;
  return "version" in state ? state : null;
}

/** Until the next look: soon while something moves, else now and then. Milliseconds. */
export function lookAgainIn(state: UpdateState | undefined): number {
  switch (state?.kind) {
    case "idle":
    case "available":
    case "ready":
    case "failed":
      return 5_000;
    default:
      return 500;
  }
}

/** What the shell refused with, whatever it was. */
export function failureOf(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "text" in thrown) {
    return { code: String(thrown.code), text: String(thrown.text) };
  }
  return { code: "update.unknown", text: thrown instanceof Error ? thrown.message : String(thrown) };
}
