// Where a page may not read the clipboard: a field into which the browser itself pastes.

import { useEffect, useState } from "react";
import { Button, Dialog } from "../components";
import { words } from "./words";

export function PasteDialog({ open, onClose, onPaste }: { open: boolean; onClose: () => void; onPaste: (text: string) => void }) {
  const [text, setText] = useState("");
  useEffect(() => {
    if (open) setText("");
  }, [open]);
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={words.paste}
      text={words.pasteDenied}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="primary"
            disabled={text === ""}
            onClick={() => {
              onPaste(text);
              onClose();
            }}
          >
            {words.paste}
          </Button>
        </>
      }
    >
      <textarea className="input mono tm__paste" rows={5} aria-label={words.pasteField} value={text} onChange={(event) => setText(event.target.value)} />
    </Dialog>
  );
}
