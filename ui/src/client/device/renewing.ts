// A session ends by itself after some hours. Whoever is a device signs in again and the call is made once more; what
// asked for it never notices.

import type { ThisDevice } from "./sign-in";

/** `fetch` of this page for everything that needs to be signed in. */
export function renewing(plain: typeof fetch, device: Pick<ThisDevice, "signIn">): typeof fetch {
  return async (input, init) => {
    const response = await plain(input, init);
    if (response.status !== 401) return response;
    const standing = await device.signIn();
    if (standing.state !== "signed_in") return response;
    await response.body?.cancel();
    return plain(input, init);
  };
}
