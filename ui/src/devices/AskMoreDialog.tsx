// A device that wants to do more asks for it; somebody else agrees.

import { useEffect, useRef, useState } from "react";
import { useAction, useClient } from "../app";
import type { DeviceShown, PairingRequested, Permission } from "../client";
import { Button, Dialog, InlineText } from "../components";
import { Code } from "./Code";
import { ScopeTicks } from "./ScopeTicks";
import { EVERYDAY, MANAGING, sameScopes, ticked } from "./scopes";
import { words } from "./words";

const ALL: ReadonlySet<Permission> = new Set([...EVERYDAY, ...MANAGING].map((one) => one.scope));

export function AskMoreDialog({ open, device, wanted, onClose }: { open: boolean; device: DeviceShown; /** What it came for. */ wanted?: Permission | undefined; onClose: () => void }) {
  const call = useClient();
  const action = useAction();
  const [chosen, choose] = useState<readonly Permission[]>(device.scopes);
  const [asked, setAsked] = useState<PairingRequested>();
  const before = useRef<readonly Permission[]>(device.scopes);
  before.current = wanted ? ticked(device.scopes, wanted, true) : device.scopes;
  useEffect(() => {
    // Begun anew when it is opened, and not when the list is read again under the hand.
    if (!open) return;
    choose(before.current);
    setAsked(undefined);
  }, [open]);
  const code = asked?.pairing.code;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={words.askTitle}
      text={words.askText}
      width={640}
      foot={
        asked ? (
          <Button look="primary" onClick={onClose}>
            {words.done}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{words.cancel}</Button>
            <Button
              look="primary"
              busy={action.busy}
              disabled={sameScopes(chosen, device.scopes)}
              onClick={() => void action.run(async () => setAsked(await call("pairing.request", { scopes: [...chosen] })))}
            >
              {words.askSend}
            </Button>
          </>
        )
      }
    >
      {asked ? (
        <div className="v" role="status">
          {code ? <Code code={code} phone /> : null}
          <p className="t2 c2">{words.asked(code ? `${code.slice(0, 3)} ${code.slice(3)}` : "")}</p>
        </div>
      ) : (
        <ScopeTicks chosen={chosen} onChange={choose} mine={ALL} before={device.scopes} disabled={action.busy} />
      )}
      {action.failure ? (
        <p className="t2 s-failed" role="alert">
          <InlineText text={action.failure.message} />
        </p>
      ) : null}
    </Dialog>
  );
}
