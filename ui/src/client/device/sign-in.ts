// Signing in by key: the server sets a question, this device signs it, and a cookie the page cannot read is the answer.

import { asFailure, type CallFailure } from "../failure";
import { type Crypt, proofText, sign } from "./key";
import type { AskChallenge, Challenge, SignedIn, SignIn } from "../protocol";
import { post, type PostParts } from "./post";
import { rotateKey, settled } from "./rotate";
import type { DeviceShelf, KeptDevice } from "./shelf";

export type Standing =
  /** Not looked at yet. */
  | { state: "unknown" }
  /** This browser was never paired; a link or a cookie may let it in all the same. */
  | { state: "stranger" }
  | { state: "signed_in"; device: KeptDevice; until?: string }
  /** The server does not take this device any more. */
  | { state: "revoked"; device: KeptDevice }
  /** The server behind this address is not the one this browser was paired with. */
  | { state: "other_server"; device: KeptDevice }
  /** It was paired without a key, and its cookie is gone. */
  | { state: "cookie_gone"; device: KeptDevice }
  | { state: "failed"; device: KeptDevice; failure: CallFailure };

export interface DeviceParts extends PostParts {
  shelf: DeviceShelf;
  /** Missing on pages without https. */
  crypt: Crypt | undefined;
  onStanding: (standing: Standing) => void;
}

export class ThisDevice {
  readonly #parts: DeviceParts;
  #standing: Standing = { state: "unknown" };
  #under: Promise<Standing> | undefined;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Signs in, once however many ask at the same time. */
  signIn(): Promise<Standing> {
    this.#under ??= this.#signIn()
      .then((standing) => this.#now(standing))
      .finally(() => {
        this.#under = undefined;
      });
    return this.#under;
  }

  /** Says whether this browser is a device, without asking anybody. */
  async kept(): Promise<KeptDevice | undefined> {
    try {
      return await this.#parts.shelf.read();
    } catch {
      // A browser that keeps nothing was never paired with a key.
      return undefined;
    }
  }

  /** Gives this device another key, and signs in with it. Fails where there is none to change. */
  async rotate(): Promise<Standing> {
    const device = await this.kept();
    const { crypt } = this.#parts;
    if (!device?.key || !crypt) throw new Error("this browser has no key of its own");
    await rotateKey({ ...this.#parts, crypt }, { ...device, key: device.key });
    return this.signIn();
  }

  /** The proof for one connection of the gateway, whose first frame sets its own question. */
  async proof(challenge: string, serverId: string): Promise<{ id: string; signature: string } | undefined> {
    const device = await this.kept();
    const { crypt } = this.#parts;
    if (!device?.key || !crypt || device.serverId !== serverId) return undefined;
    return { id: device.deviceId, signature: await sign(crypt, device.key, proofText(serverId, challenge, device.deviceId)) };
  }

  async #signIn(again = false): Promise<Standing> {
    const device = await this.kept();
    if (!device) return { state: "stranger" };
    try {
      const asked: AskChallenge = { deviceId: device.deviceId };
      if (!device.key || !this.#parts.crypt) return await this.#byCookie(device);
      const set = await post<Challenge>(this.#parts, "/auth/challenge", asked);
      if (set.serverId !== device.serverId) return { state: "other_server", device };
      const signature = await sign(this.#parts.crypt, device.key, proofText(set.serverId, set.challenge, device.deviceId));
      const signed: SignIn = { deviceId: device.deviceId, challenge: set.challenge, signature };
      const answer = await post<SignedIn>(this.#parts, "/auth/device", signed);
      // A key the server was told of, and never took.
      if (device.next) await settled(this.#parts.shelf, device, device.key);
      return { state: "signed_in", device, until: answer.expiresAt };
    } catch (thrown) {
      const failure = asFailure(thrown);
      // The answer to a change of keys was lost, and the server had taken the new one.
      if (failure.code === "auth.signature" && device.next && device.next !== device.key) {
        await settled(this.#parts.shelf, device, device.next);
        return this.#signIn(again);
      }
      if (REFUSALS.has(failure.code)) return { state: "revoked", device };
      // Between a question and its answer a phone may have slept.
      if (failure.code === "auth.challenge" && !again) return this.#signIn(true);
      return { state: "failed", device, failure };
    }
  }

  /** Without a key there is nothing to sign: the cookie is still good, or it is not. */
  async #byCookie(device: KeptDevice): Promise<Standing> {
    try {
      await post<unknown>(this.#parts, "/v1/rpc/device.list", {});
      return { state: "signed_in", device };
    } catch (thrown) {
      if (asFailure(thrown).code === "unauthenticated") return { state: "cookie_gone", device };
      throw thrown;
    }
  }

  #now(standing: Standing): Standing {
    this.#standing = standing;
    this.#parts.onStanding(standing);
    return standing;
  }
}

/** Codes that say: this device is not known any more. Anything else may pass. */
const REFUSALS = new Set<string>(["device.revoked", "auth.signature", "unauthenticated", "not_found"]);
