// Copies text and says so in place.

import { useEffect, useState } from "react";
import { Button, IconButton } from "./Button";
import { words } from "./words";

export function CopyButton({ text, label = words.copy, icon }: { text: string; label?: string; icon?: boolean }) {
  const [said, setSaid] = useState<"copied" | "refused" | undefined>();
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(undefined), 1600);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => {
    // Browsers refuse this outside a secure page; then the text is still there to be selected.
    Promise.resolve(navigator.clipboard?.writeText(text)).then(
      () => setSaid(navigator.clipboard ? "copied" : "refused"),
      () => setSaid("refused"),
    );
  };
  const shown = said === "copied" ? words.copied : said === "refused" ? words.notAllowed : label;
  if (icon) return <IconButton label={shown} icon={said === "copied" ? "check" : "copy"} small onClick={copy} />;
  return (
    <Button look="ghost" onClick={copy} aria-live="polite">
      {shown}
    </Button>
  );
}
