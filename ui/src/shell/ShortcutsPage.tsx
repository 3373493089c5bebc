// Every shortcut, and other keys for those who want them.

import { useEffect, useState } from "react";
import { PageBar, remap, type ShortcutId, useShortcuts } from "../app";
import { grabStroke } from "../app/shortcuts";
import { Button, Kbd } from "../components";
import { words } from "./words";

export default function ShortcutsPage() {
  const shortcuts = useShortcuts();
  const [taking, setTaking] = useState<ShortcutId>();
  useEffect(() => {
    if (!taking) return;
    grabStroke((stroke) => {
      // Enter alone would make a decision out of a habit.
      if (stroke !== "escape" && stroke !== "enter") remap(taking, stroke);
      setTaking(undefined);
    });
    return () => grabStroke(undefined);
  }, [taking]);
  const used = new Map<string, number>();
  for (const shortcut of shortcuts) used.set(shortcut.keys, (used.get(shortcut.keys) ?? 0) + 1);
  return (
    <>
      <PageBar title={words.shortcuts} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
      <div className="scroll" tabIndex={0} role="region" aria-label={words.shortcuts}>
        <div className="keys-table">
          <p className="c2">
            {words.shortcutsText}
          </p>
          <ul>
            {shortcuts.map((shortcut) => (
              <li key={shortcut.id}>
                <span className="grow">{shortcut.label}</span>
                {(used.get(shortcut.keys) ?? 0) > 1 ? <span className="t2 s-needs">{words.usedTwice}</span> : null}
                {taking === shortcut.id ? <span className="t2 c2">{words.pressKeys}</span> : <Kbd keys={shortcut.keys} />}
                <Button small look="ghost" aria-label={`${words.change}: ${shortcut.label}`} onClick={() => setTaking(shortcut.id as ShortcutId)}>
                  {words.change}
                </Button>
                <Button small look="ghost" aria-label={`${words.reset}: ${shortcut.label}`} onClick={() => remap(shortcut.id as ShortcutId, undefined)}>
                  {words.reset}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </>
  );
}
