// What a pairing link says behind its `#`, where no log and no server on the way sees it.

export interface Invitation {
  /** Which server it is for; a device knows several apart. */
  serverId: string;
  /** Good for one claim. */
  nonce: string;
  /** Of the server's own certificate. A page cannot check it; programs do. */
  fingerprint?: string;
}

/** The invitation in `#p=1&s=…&n=…`, or what is wrong with it; nothing when the address has none. */
export function readInvitation(hash: string): Invitation | "newer" | undefined {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const version = parts.get("p");
  if (!version) return undefined;
  if (version !== "1") return "newer";
  const [serverId, nonce, fingerprint] = [parts.get("s"), parts.get("n"), parts.get("f")];
  if (!serverId || !nonce) return undefined;
  return fingerprint ? { serverId, nonce, fingerprint } : { serverId, nonce };
}
