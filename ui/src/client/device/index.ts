// This browser as a device of a server: pairing, its key, and signing in with it. Free of React.

import { ThisDevice, type DeviceParts } from "./sign-in";
import { browserShelf } from "./shelf";

export { type Invitation, readInvitation } from "./invitation";
export { type Introduction, type PairingParts, PairingRun, type PairingState } from "./pairing";
export { renewing } from "./renewing";
export { browserShelf, type DeviceShelf, type KeptDevice } from "./shelf";
export { type DeviceParts, type Standing, ThisDevice } from "./sign-in";

/** WebCrypto, on pages that have it. */
export function browserCrypt(): SubtleCrypto | undefined {
  return globalThis.isSecureContext ? globalThis.crypto?.subtle : undefined;
}

/** This browser, at the server its page came from. */
export function browserDevice(parts: Pick<DeviceParts, "onStanding">): ThisDevice {
  return new ThisDevice({ ...parts, fetch: (...args) => fetch(...args), base: "", shelf: browserShelf(), crypt: browserCrypt() });
}
