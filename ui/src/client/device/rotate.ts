// Another key for this device. The old one signs for it; until the server has said yes both are kept, so that an answer
// that was lost locks nobody out.

import { asFailure } from "../failure";
import type { AskChallenge, Challenge, DeviceRotated, PublicKey, RotateDevice } from "../protocol";
import { type Crypt, makeKey, publicHalf, sign } from "./key";
import { post, type PostParts } from "./post";
import type { DeviceShelf, KeptDevice } from "./shelf";

/** What the old key signs: the new one, for this server, this device and this question alone. */
export function rotationText(serverId: string, challenge: string, deviceId: string, key: PublicKey): string {
  return `pilothouse-rotate-v1\n${serverId}\n${challenge}\n${deviceId}\n${key.alg}\n${key.key}`;
}

/** Resolves when the new key is the one that counts, and the only one that is kept. */
export async function rotateKey(parts: PostParts & { shelf: DeviceShelf; crypt: Crypt }, device: KeptDevice & { key: CryptoKey }): Promise<KeptDevice> {
  const { shelf, crypt } = parts;
  const made = await makeKey(crypt);
  const publicKey = await publicHalf(crypt, made.publicKey);
  const asked: AskChallenge = { deviceId: device.deviceId };
  const { challenge, serverId } = await post<Challenge>(parts, "/auth/challenge", asked);
  const signature = await sign(crypt, device.key, rotationText(serverId, challenge, device.deviceId, publicKey));
  const wish: RotateDevice = { publicKey, challenge, signature };
  await shelf.keep({ ...device, next: made.privateKey });
  try {
    await post<DeviceRotated>(parts, "/v1/rpc/device.rotate", wish);
  } catch (thrown) {
    // Whether it was taken is found out at the next signing in, unless the server said no.
    if (asFailure(thrown).code !== "offline") await shelf.keep(device);
    throw thrown;
  }
  return settled(shelf, device, made.privateKey);
}

/** From now on there is this key alone. */
export async function settled(shelf: DeviceShelf, { serverId, deviceId, name }: KeptDevice, key: CryptoKey): Promise<KeptDevice> {
  const now = { serverId, deviceId, name, key };
  await shelf.keep(now);
  return now;
}
