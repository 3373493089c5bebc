// The pairing of this page, begun once however often the page is drawn.

import { useEffect, useState } from "react";
import { wait } from "../client";
import { browserCrypt, browserShelf, type Introduction, type Invitation, PairingRun, type PairingState, readInvitation } from "../client/device";
import { Store } from "../model";
import { useStore } from "../app";
import { introduceBrowser } from "./self";
import { device } from "./this-device";

export type PairPageState =
  | PairingState
  /** No link, and no pairing under way. */
  | { step: "none" }
  | { step: "newer" }
  /** Paired before: pairing again is a choice. */
  | { step: "already"; name: string };

const NOTE = "pilothouse.pairing";

const note = {
  read: () => sessionStorage.getItem(NOTE),
  write: (text: string | null) => (text === null ? sessionStorage.removeItem(NOTE) : sessionStorage.setItem(NOTE, text)),
};

class PairPageRun {
  readonly state = new Store<PairPageState>({ step: "claiming" });
  #run: PairingRun | undefined;
  #who: Introduction | undefined;
  readonly #invitation: Invitation | "newer" | undefined;

  constructor(hash: string) {
    this.#invitation = readInvitation(hash);
  }

  async begin(): Promise<void> {
    const invitation = this.#invitation;
    if (invitation === "newer") return this.state.set({ step: "newer" });
    const kept = await device.kept();
    if (kept && note.read() === null && (!invitation || kept.serverId === invitation.serverId)) {
      const standing = await device.signIn();
      if (standing.state === "signed_in" || standing.state === "cookie_gone") return this.state.set({ step: "already", name: kept.name });
    }
    if (!invitation && note.read() === null) return this.state.set({ step: "none" });
    await this.pair();
  }

  async pair(): Promise<void> {
    const invitation = this.#invitation;
    if (invitation === "newer") return;
    if (!invitation && note.read() === null) return this.state.set({ step: "none" });
    this.#who ??= await introduceBrowser();
    this.#run = new PairingRun({
      fetch: (...args) => fetch(...args),
      base: "",
      crypt: browserCrypt(),
      shelf: browserShelf(),
      device,
      note,
      wait,
      onState: (state) => this.state.set(state),
    });
    await this.#run.run(invitation, this.#who);
  }

  cancel(): void {
    void this.#run?.cancel();
  }
}

let run: PairPageRun | undefined;

/** The secret leaves the address at once: it must not stay in the history or be copied along with it. */
function take(): PairPageRun {
  if (run && location.hash === "") return run;
  run = new PairPageRun(location.hash);
  if (location.hash) history.replaceState(history.state, "", location.pathname);
  void run.begin();
  return run;
}

export function usePairing(): { state: PairPageState; cancel: () => void; again: () => void } {
  const [current, setCurrent] = useState(take);
  useEffect(() => {
    // The same tab may be sent to another code.
    const listen = () => setCurrent(take());
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  const state = useStore(current.state);
  return { state, cancel: () => current.cancel(), again: () => void current.pair() };
}
