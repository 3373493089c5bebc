// A blinking caret makes a window draw frame after frame, also when nobody is there. After a while without a sign of
// life the field it blinks in lets go of the focus, and takes it back with the next sign: a key pressed then is typed
// into the field, because the sign is heard before the key does anything.

/** How long without a sign, in milliseconds. */
const AFTER = 60_000;

const TEXT = new Set(["text", "search", "url", "email", "password", "tel", "number", ""]);

type TextField = HTMLTextAreaElement | HTMLInputElement;

function textField(element: Element | null): TextField | null {
  if (element instanceof HTMLTextAreaElement) return element;
  return element instanceof HTMLInputElement && TEXT.has(element.type) ? element : null;
}

/** Lets carets of this page rest; gives the way to stop that. */
export function restCarets(page: Document = document, after = AFTER): () => void {
  let resting: TextField | null = null;
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = () => {
    timer = undefined;
    const left = last + after - performance.now();
    if (left > 0) {
      timer = setTimeout(look, left);
      return;
    }
    resting = textField(page.activeElement);
    resting?.blur();
  };
  const sign = (event: Event) => {
    last = performance.now();
    timer ??= setTimeout(look, after);
    if (!resting) return;
    const field = resting;
    resting = null;
    // A press says itself where the focus goes, and whoever has it meanwhile keeps it.
    if (event.type === "pointerdown" || !field.isConnected || page.activeElement !== page.body) return;
    field.focus({ preventScroll: true });
  };

  // A window that is opened and left alone gives no sign at all.
  timer = setTimeout(look, after);
  const signs = ["keydown", "pointerdown", "pointermove", "wheel", "focusin", "visibilitychange"];
  for (const name of signs) page.addEventListener(name, sign, { capture: true, passive: true });
  return () => {
    clearTimeout(timer);
    for (const name of signs) page.removeEventListener(name, sign, { capture: true });
  };
}
