// How terminals look in this browser: letters, lines above the screen, and the mode for screen readers.

import { Button, Choice, Dialog, Field, Switch } from "../components";
import { LARGEST, type Look, SCROLLBACKS, SMALLEST } from "./preferences";
import { words } from "./words";

export function LookDialog({ open, look, onClose, onLook }: { open: boolean; look: Look; onClose: () => void; onLook: (look: Look) => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={words.lookTitle}
      text={words.lookText}
      foot={<Button onClick={onClose}>{words.done}</Button>}
    >
      <Field label={words.font} hint={words.fontHint} value={look.font} maxLength={100} onChange={(event) => onLook({ ...look, font: event.target.value })} />
      <Field
        label={words.fontSize}
        type="number"
        min={SMALLEST}
        max={LARGEST}
        value={look.fontSize}
        onChange={(event) => {
          const size = event.target.valueAsNumber;
          if (size >= SMALLEST && size <= LARGEST) onLook({ ...look, fontSize: size });
        }}
      />
      <div className="field">
        <span className="label">{words.scrollbackHead}</span>
        <div className="h">
          <Choice
            label={words.scrollbackHead}
            value={String(look.scrollback)}
            options={SCROLLBACKS.map((lines) => ({ value: String(lines), label: lines.toLocaleString() }))}
            onChange={(lines) => onLook({ ...look, scrollback: Number(lines) })}
          />
        </div>
      </div>
      <div className="h">
        <span className="grow">{words.screenReader}</span>
        <Switch label={words.screenReader} on={look.screenReader} onChange={(screenReader) => onLook({ ...look, screenReader })} />
      </div>
    </Dialog>
  );
}
