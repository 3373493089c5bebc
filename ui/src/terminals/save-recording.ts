// A recording as a file of the reader's own.

import type { Call } from "../client";
import { readAll } from "./replay/useReplay";

export async function saveRecording(call: Call, id: string, name: string): Promise<void> {
  const parts: string[] = [];
  await readAll(call, id, (text) => parts.push(text), new AbortController().signal);
  const address = URL.createObjectURL(new Blob(parts, { type: "application/x-asciicast" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.cast`;
  link.click();
  URL.revokeObjectURL(address);
}
