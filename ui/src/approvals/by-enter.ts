// Enter on a focused button would approve out of habit; space, a press and the chord remain.

import type { KeyboardEvent } from "react";

export function notByEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && !event.altKey && !event.ctrlKey && !event.metaKey) event.preventDefault();
}
