// What a command is taken for, in words.

import { words } from "./words";

const NAMES: Record<string, string> = {
  read: words.classRead,
  build: words.classBuild,
  other: words.classOther,
  install: words.classInstall,
  network: words.classNetwork,
  delete: words.classDelete,
  publish: words.classPublish,
};

/** A class a newer server knows is shown by its own word. */
export function classesText(classes: readonly string[]): string {
  return classes.map((one) => NAMES[one] ?? one).join(", ");
}
