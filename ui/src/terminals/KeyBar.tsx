// Keys that a touch keyboard lacks. Control stays pressed for the next key alone.

import { Icon, type IconName } from "../components";
import { words } from "./words";

const ARROWS: ReadonlyArray<{ icon: IconName; label: string; letter: string }> = [
  { icon: "up", label: words.keyUp, letter: "A" },
  { icon: "down", label: words.keyDown, letter: "B" },
  { icon: "left", label: words.keyLeft, letter: "D" },
  { icon: "right", label: words.keyRight, letter: "C" },
];

export function KeyBar({
  ctrl,
  onCtrl,
  onKeys,
  onPaste,
  onKeyboard,
  applicationKeys,
}: {
  ctrl: boolean;
  onCtrl: (on: boolean) => void;
  onKeys: (keys: string) => void;
  onPaste: () => void;
  onKeyboard: () => void;
  /** Programs of the whole screen may want arrows in another form. */
  applicationKeys: () => boolean;
}) {
  // The terminal keeps the focus, so that the keyboard stays where it is.
  const hold = (event: React.PointerEvent) => event.preventDefault();
  const key = (label: string, keys: string) => (
    <button key={label} type="button" className="tm__key" onPointerDown={hold} onClick={() => onKeys(keys)}>
      {label}
    </button>
  );
  return (
    <div role="toolbar" aria-label={words.keys} className="tm__keys">
      <div className="keys">
        {key("Esc", "\x1b")}
        <button type="button" className={`tm__key${ctrl ? " on" : ""}`} aria-pressed={ctrl} onPointerDown={hold} onClick={() => onCtrl(!ctrl)}>
          {words.keyCtrl}
        </button>
        {key("Tab", "\t")}
        {ARROWS.map(({ icon, label, letter }) => (
          <button
            key={letter}
            type="button"
            className="tm__key"
            aria-label={label}
            onPointerDown={hold}
            onClick={() => onKeys(`\x1b${applicationKeys() ? "O" : "["}${letter}`)}
          >
            <Icon name={icon} />
          </button>
        ))}
      </div>
      <div className="keys tm__keys2">
        {key("|", "|")}
        {key("/", "/")}
        {key("~", "~")}
        {key("-", "-")}
        {key(`${words.keyCtrl} C`, "\x03")}
        <button type="button" className="tm__key" aria-label={words.keyPaste} onPointerDown={hold} onClick={onPaste}>
          <Icon name="paste" />
        </button>
        <button type="button" className="tm__key" aria-label={words.keyKeyboard} onClick={onKeyboard}>
          <Icon name="keyboard" />
        </button>
      </div>
    </div>
  );
}
