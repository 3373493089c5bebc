// One question before something that is hard to take back: what it does, a way out, and the deed itself.

import type { ReactNode } from "react";
import { Button } from "./Button";
import { Dialog } from "./Menu";
import { words } from "./words";

export function ConfirmDialog({
  open,
  onClose,
  title,
  text,
  yes,
  no = words.cancel,
  danger,
  busy,
  onYes,
  width,
  children,
}: {
  open: boolean;
  /** Asked no more, whatever the answer was. */
  onClose: () => void;
  title: string;
  text: ReactNode;
  /** What the deed is called. */
  yes: string;
  no?: string;
  /** Something is lost or cut short by it. */
  danger?: boolean;
  busy?: boolean;
  onYes: () => void;
  width?: number;
  children?: ReactNode;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={title}
      text={text}
      {...(width ? { width } : {})}
      foot={
        <>
          <Button onClick={onClose}>{no}</Button>
          <Button look={danger ? "danger" : "primary"} busy={busy ?? false} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
