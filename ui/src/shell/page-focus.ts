// Where the focus rests when what had it is gone: on the page itself, from where the next Tab goes into it, and never on
// the document, from where it goes through the whole rail again.

/** Whether nothing has the focus. */
function isLost(at: Element | null): boolean {
  return at === null || at === document.body || at === document.documentElement;
}

/** To the page, where nothing else has it. What is shown does not move. */
export function restOnPage(): void {
  if (isLost(document.activeElement)) document.getElementById("page")?.focus({ preventScroll: true });
}

/** What has the focus now, to be given it back. */
export function focused(): HTMLElement | undefined {
  const at = document.activeElement;
  return at instanceof HTMLElement && !isLost(at) ? at : undefined;
}

/** After something over the page was closed: back to where it was, if that is still there and nothing took it meanwhile. */
export function giveBack(to: HTMLElement | undefined): void {
  if (!isLost(document.activeElement) || document.querySelector("[role=dialog][data-state=open]")) return;
  if (to?.isConnected) to.focus({ preventScroll: true });
  restOnPage();
}
