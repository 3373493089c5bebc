// Binary frames of the gateway: a head of 16 bytes, big-endian, and the payload.

export const HEAD_BYTES = 16;

export const KIND = { output: 0, input: 1, ack: 2, snapshot: 3, exit: 4, gap: 5 } as const;

export interface Head {
  kind: number;
  /** Output that had been there before the attachment: questions in it were answered long ago. */
  replay: boolean;
  stream: number;
  /** Bytes before this one; beyond 2^53 nobody types. */
  offset: number;
}

export function frame(kind: number, stream: number, offset: number, payload: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint8(1, kind);
  view.setUint32(4, stream);
  view.setBigUint64(8, BigInt(offset));
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** Nothing where the bytes are no frame this client knows. */
export function readFrame(buffer: ArrayBuffer): { head: Head; payload: Uint8Array } | undefined {
  if (buffer.byteLength < HEAD_BYTES) return undefined;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 1) return undefined;
  return {
    head: {
      kind: view.getUint8(1),
      replay: (view.getUint16(2) & 1) === 1,
      stream: view.getUint32(4),
      offset: Number(view.getBigUint64(8)),
    },
    payload: new Uint8Array(buffer, HEAD_BYTES),
  };
}
