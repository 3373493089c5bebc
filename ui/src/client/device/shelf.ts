// Where this browser keeps that it is a device: its id, and the key nobody can read. One server, one origin, one device.

/** This browser as a device of the server its page comes from. */
export interface KeptDevice {
  serverId: string;
  deviceId: string;
  /** As it called itself when it was paired. */
  name: string;
  /** Missing where the page had no WebCrypto: then a cookie is all there is. */
  key?: CryptoKey;
  /** A key the server was told of, and may have taken. */
  next?: CryptoKey;
}

/** `this` is what the browser is; `draft` what it asks to become, so that a refusal takes nothing away. */
export type Slot = "this" | "draft";

export interface DeviceShelf {
  read(slot?: Slot): Promise<KeptDevice | undefined>;
  /** Resolves when it is kept for good. */
  keep(device: KeptDevice, slot?: Slot): Promise<void>;
  clear(slot?: Slot): Promise<void>;
}

const BASE = "pilothouse-device";
const STORE = "device";

/** In IndexedDB, the one place of a browser that takes a key without reading it. */
export function browserShelf(): DeviceShelf {
  const within = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open(BASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onerror = () => reject(opening.error);
      opening.onblocked = () => reject(new Error("the store of this browser is held by another page"));
      opening.onsuccess = () => {
        const base = opening.result;
        const transaction = base.transaction(STORE, mode, { durability: "strict" });
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => {
          base.close();
          resolve(request.result);
        };
        const failed = () => {
          base.close();
          reject(transaction.error ?? request.error);
        };
        transaction.onerror = failed;
        transaction.onabort = failed;
      };
    });
  return {
    read: async (slot = "this") => {
      const found: unknown = await within("readonly", (store) => store.get(slot));
      return isKept(found) ? found : undefined;
    },
    keep: async (device, slot = "this") => void (await within("readwrite", (store) => store.put(device, slot))),
    clear: (slot = "this") => within("readwrite", (store) => store.delete(slot)),
  };
}

/** What is kept may have been written by another version. */
function isKept(found: unknown): found is KeptDevice {
  if (typeof found !== "object" || found === null) return false;
  const { serverId, deviceId, name } = found as Partial<Record<keyof KeptDevice, unknown>>;
  return typeof serverId === "string" && typeof deviceId === "string" && typeof name === "string";
}
