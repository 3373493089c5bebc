// Size of the text on this device. `public/theme.js` sets the same attribute before the first paint.

export type TextSize = "small" | "usual" | "large";

const KEY = "pilothouse.text";

export function textSize(): TextSize {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "small" || stored === "large" ? stored : "usual";
  } catch {
    return "usual";
  }
}

export function chooseTextSize(size: TextSize): void {
  try {
    if (size === "usual") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, size);
  } catch {
    // Holds until the page is closed.
  }
  applyTextSize(size);
}

export function applyTextSize(size: TextSize = textSize()): void {
  if (size === "usual") delete document.documentElement.dataset["text"];
  else document.documentElement.dataset["text"] = size;
}
