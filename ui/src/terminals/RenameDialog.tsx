// Another name for a terminal.

import { useEffect, useState } from "react";
import { Button, Dialog, Field } from "../components";
import { words } from "./words";

export function RenameDialog({ open, name, onClose, onName }: { open: boolean; name: string; onClose: () => void; onName: (name: string) => Promise<boolean> }) {
  const [text, setText] = useState(name);
  useEffect(() => {
    if (open) setText(name);
  }, [open, name]);
  const save = () => {
    if (text.trim() !== "") void onName(text.trim()).then(onClose);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={words.rename}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" disabled={text.trim() === ""} onClick={save}>
            {words.renameSave}
          </Button>
        </>
      }
    >
      <Field
        label={words.renameLabel}
        maxLength={60}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") save();
        }}
      />
    </Dialog>
  );
}
