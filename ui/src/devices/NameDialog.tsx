// Another name for a device.

import { type FormEvent, useEffect, useState } from "react";
import { Button, Dialog, Field } from "../components";
import { words } from "./words";

/** As many bytes as the server takes. */
const LONGEST = 80;

export function NameDialog({ name, onClose, onName }: { name: string | undefined; onClose: () => void; onName: (name: string) => Promise<unknown> }) {
  const [text, setText] = useState("");
  useEffect(() => setText(name ?? ""), [name]);
  const fits = text.trim() !== "" && new TextEncoder().encode(text.trim()).length <= LONGEST;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (fits) void onName(text.trim());
  };
  return (
    <Dialog
      open={name !== undefined}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words.renameTitle}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" form="device-name" disabled={!fits}>
            {words.save}
          </Button>
        </>
      }
    >
      <form id="device-name" onSubmit={save}>
        <Field label={words.name} maxLength={LONGEST} value={text} onChange={(event) => setText(event.target.value)} />
      </form>
    </Dialog>
  );
}
