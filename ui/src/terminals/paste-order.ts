// Reading the clipboard takes a moment. What is typed meanwhile comes after what is pasted, as it was meant.

/** Longer than a browser takes to read it. One that asks the person first takes as long as they do, and nothing is held for that. */
export const HELD_MS = 1_000;

export class PasteOrder {
  private held: string | undefined;

  /** What of it is to be sent now. */
  typed(data: string): string {
    if (this.held === undefined) return data;
    this.held += data;
    return "";
  }

  /** `paste` is given the text, and `type` what was typed while it was read; without a text only the latter. */
  async during(reading: Promise<string>, paste: (text: string) => void, type: (keys: string) => void): Promise<void> {
    this.held ??= "";
    const letGo = (text = "") => {
      const keys = this.held ?? "";
      this.held = undefined;
      if (text !== "") paste(text);
      if (keys !== "") type(keys);
    };
    const timer = setTimeout(letGo, HELD_MS);
    try {
      letGo(await reading);
    } finally {
      clearTimeout(timer);
      letGo();
    }
  }
}
