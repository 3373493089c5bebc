// The rail of the phone: everything that does not fit into the bottom bar, behind one button.

import { Dialog } from "radix-ui";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMay } from "../app";
import { IconButton } from "../components";
import { Logo } from "./Logo";
import { NewSession } from "./NewSession";
import { RailBody } from "./Rail";
import { words } from "./words";

export function RoomsButton() {
  const [open, setOpen] = useState(false);
  const [making, setMaking] = useState<{ workspaceId: string | undefined }>();
  const may = useMay("chat");
  const { href } = useLocation();
  useEffect(() => setOpen(false), [href]);
  return (
    <span className="only-phone rooms">
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger asChild>
          <IconButton icon="stack" label={words.workspaces} />
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Content className="rail rooms__sheet" aria-describedby={undefined}>
            <div className="rail__top">
              <Logo />
              <Dialog.Title className="strong grow t4">Pilothouse</Dialog.Title>
              {may ? <IconButton icon="plus" label={words.newSession} onClick={() => setMaking({ workspaceId: undefined })} /> : null}
              <Dialog.Close asChild>
                <IconButton icon="x" label={words.close} />
              </Dialog.Close>
            </div>
            <RailBody onNewSession={(workspaceId) => setMaking({ workspaceId })} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      {making ? <NewSession workspaceId={making.workspaceId} onClose={() => setMaking(undefined)} /> : null}
    </span>
  );
}
