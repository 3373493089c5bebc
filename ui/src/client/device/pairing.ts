// Pairing as the device sees it: the nonce is claimed with a key made here, both screens show a number, the owner
// answers. A page that is loaded again in between goes on where it was.

import { asFailure, type CallFailure } from "../failure";
import type { Invitation } from "./invitation";
import { type Crypt, makeKey, publicHalf } from "./key";
import type { AskPairing, ClaimPairing, PairingClaimed, PairingProgress, Permission } from "../protocol";
import { post } from "./post";
import type { DeviceShelf } from "./shelf";
import type { ThisDevice } from "./sign-in";

export type PairingState =
  | { step: "claiming" }
  | { step: "waiting"; code: string; serverId: string; secure: boolean; keyed: boolean; name: string; expiresAt: string; lost: boolean }
  | { step: "signing_in" }
  | { step: "done"; scopes: readonly Permission[] }
  /** The owner said no. */
  | { step: "denied" }
  /** Nobody answered in time. */
  | { step: "expired" }
  /** The link was used before, or tried too often. */
  | { step: "dead"; failure?: CallFailure }
  | { step: "cancelled" }
  | { step: "failed"; failure: CallFailure };

/** What survives a reload while the owner thinks. */
interface Open {
  invitation: string;
  name: string;
  claimed: PairingClaimed;
  keyed: boolean;
}

export interface PairingParts {
  fetch: typeof fetch;
  base: string;
  crypt: Crypt | undefined;
  shelf: DeviceShelf;
  device: Pick<ThisDevice, "signIn">;
  /** Text kept until the tab is closed. */
  note: { read(): string | null; write(text: string | null): void };
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  onState: (state: PairingState) => void;
}

export interface Introduction {
  name: string;
  kind: "phone" | "browser";
  platform?: string;
}

/** So long the server holds a question whose answer has not changed. */
const ASK_MS = 20_000;
const PAUSE_MS = 500;
/** Longest pause between two questions while the server cannot be reached. */
const LOST_MS = 5_000;

export class PairingRun {
  readonly #parts: PairingParts;
  readonly #life = new AbortController();
  #open: Open | undefined;
  #state: PairingState = { step: "claiming" };

  constructor(parts: PairingParts) {
    this.#parts = parts;
  }

  get state(): PairingState {
    return this.#state;
  }

  /** Runs to the end. `invitation` may be missing after a reload, when the pairing under way is taken up again. */
  async run(invitation: Invitation | undefined, who: Introduction): Promise<void> {
    try {
      const before = this.#kept();
      if (before && (!invitation || before.invitation === invitation.nonce)) this.#open = before;
      else if (invitation) this.#open = await this.#claim(invitation, who);
      else return this.#now({ step: "dead" });
      await this.#follow(this.#open);
    } catch (thrown) {
      if (this.#life.signal.aborted) return;
      const failure = asFailure(thrown);
      this.#forget();
      if (failure.code === "pairing.expired") this.#now({ step: "expired" });
      else this.#now(GONE.has(failure.code) ? { step: "dead", failure } : { step: "failed", failure });
    }
  }

  /** The numbers differ, or the person thought better of it. */
  async cancel(): Promise<void> {
    const open = this.#open;
    this.stop();
    this.#forget();
    this.#now({ step: "cancelled" });
    if (!open) return;
    const { pairingId, claim } = open.claimed;
    // Whoever cannot be told finds out when the time is over.
    await post(this.#parts, "/pair/cancel", { pairingId, claim }).catch(() => undefined);
  }

  stop(): void {
    this.#life.abort();
  }

  async #claim(invitation: Invitation, who: Introduction): Promise<Open> {
    this.#now({ step: "claiming" });
    const key = await this.#makeKey(invitation.serverId, who.name);
    const asked: ClaimPairing = { nonce: invitation.nonce, ...who, ...(key ? { publicKey: key } : {}) };
    const claimed = await post<PairingClaimed>(this.#parts, "/pair/claim", asked);
    const open: Open = { invitation: invitation.nonce, name: who.name, claimed, keyed: key !== undefined };
    this.#parts.note.write(JSON.stringify(open));
    return open;
  }

  /** A key only where the browser can also keep it: one that is lost with the tab would be worse than a cookie. */
  async #makeKey(serverId: string, name: string) {
    const { crypt, shelf } = this.#parts;
    if (!crypt) return undefined;
    try {
      const pair = await makeKey(crypt);
      // Kept before anybody is told of it.
      await shelf.keep({ serverId, deviceId: "", name, key: pair.privateKey }, "draft");
      return await publicHalf(crypt, pair.publicKey);
    } catch {
      return undefined;
    }
  }

  async #follow(open: Open): Promise<void> {
    const { claimed } = open;
    let lost = 0;
    const waiting = (): PairingState => ({
      step: "waiting",
      code: claimed.code,
      serverId: claimed.serverId,
      secure: claimed.secure,
      keyed: open.keyed,
      name: open.name,
      expiresAt: claimed.expiresAt,
      lost: lost > 0,
    });
    this.#now(waiting());
    const asked: AskPairing = { pairingId: claimed.pairingId, claim: claimed.claim, waitMs: ASK_MS };
    while (!this.#life.signal.aborted) {
      let answer: PairingProgress;
      try {
        answer = await post(this.#parts, "/pair/state", asked, this.#life.signal);
        if (lost > 0) {
          lost = 0;
          this.#now(waiting());
        }
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (this.#life.signal.aborted) return;
        if (!failure.retryable) throw failure;
        lost += 1;
        this.#now(waiting());
        await this.#parts.wait(Math.min(LOST_MS, PAUSE_MS * 2 ** lost), this.#life.signal);
        continue;
      }
      switch (answer.state) {
        case "approved":
          return this.#welcome(open, answer);
        case "denied":
        case "expired":
        case "dead":
          this.#forget();
          await this.#parts.shelf.clear("draft").catch(() => undefined);
          return this.#now({ step: answer.state });
        default:
          await this.#parts.wait(PAUSE_MS, this.#life.signal);
      }
    }
  }

  async #welcome(open: Open, answer: PairingProgress): Promise<void> {
    this.#now({ step: "signing_in" });
    const { shelf } = this.#parts;
    const deviceId = answer.deviceId ?? "";
    const kept = { serverId: open.claimed.serverId, deviceId, name: open.name };
    const done: PairingState = { step: "done", scopes: answer.scopes ?? open.claimed.scopes };
    if (!open.keyed) {
      // The answer has brought its cookie along.
      await shelf.keep(kept).catch(() => undefined);
      this.#forget();
      return this.#now(done);
    }
    const draft = await shelf.read("draft");
    if (draft?.key) {
      await shelf.keep({ ...kept, key: draft.key });
      await shelf.clear("draft").catch(() => undefined);
    }
    for (let tries = 1; !this.#life.signal.aborted; tries += 1) {
      const standing = await this.#parts.device.signIn();
      if (standing.state === "failed") {
        if (!standing.failure.retryable) throw standing.failure;
        // Let in already: only the way there is broken at the moment.
        await this.#parts.wait(Math.min(LOST_MS, PAUSE_MS * 2 ** tries), this.#life.signal);
        continue;
      }
      this.#forget();
      return this.#now(standing.state === "signed_in" ? done : { step: "denied" });
    }
  }

  #kept(): Open | undefined {
    try {
      const open: unknown = JSON.parse(this.#parts.note.read() ?? "null");
      return typeof open === "object" && open !== null && "claimed" in open ? (open as Open) : undefined;
    } catch {
      return undefined;
    }
  }

  #forget(): void {
    this.#parts.note.write(null);
  }

  #now(state: PairingState): void {
    this.#state = state;
    this.#parts.onState(state);
  }
}

/** Codes that say this link leads nowhere any more. */
const GONE = new Set<string>(["pairing.unknown", "pairing.used", "pairing.dead"]);
