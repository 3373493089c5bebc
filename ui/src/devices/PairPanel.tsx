// Letting one device in: its link, the number, the answer, and what came of it. Stands on the page and not over it, so
// that the list below the hand stays what it is.

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { DeviceShown, PairingShown, StartPairing } from "../client";
import { Button, durationText, ErrorState, IconButton, Meter, Skeleton, State, useNow } from "../components";
import { Answer } from "./Answer";
import { Invite } from "./Invite";
import { scopesText } from "./scopes";
import type { Invitation } from "./useInvitation";
import type { Room } from "./useRoom";
import { words } from "./words";

const WHOLE_MS = 600_000;

type Outcome = { how: "approved"; device: DeviceShown } | { how: "denied" };

export function PairPanel({
  invitation,
  wish,
  answering,
  room,
  live,
  onClose,
}: {
  /** The link of this page, when it is about a new device. */
  invitation: Invitation | undefined;
  /** What the link of this page is for. */
  wish: StartPairing;
  /** A pairing that somebody else began, or a device that asks for more. */
  answering: string | undefined;
  room: Room;
  live: boolean;
  /** `answered` when nothing is left to take back. */
  onClose: (answered: boolean) => void;
}) {
  const [outcome, setOutcome] = useState<{ of: string; outcome: Outcome }>();
  const link = invitation?.shown;
  const id = answering ?? link?.id;
  const pairing = room.pairings.value?.pairings.find((one) => one.id === id);
  const of = wish.upgradeOf ?? pairing?.upgradeOf;
  const before = of === undefined ? undefined : room.devices.value?.devices.find((one) => one.id === of);
  const ended = outcome && outcome.of === id ? outcome.outcome : endOf(pairing);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
  }, [id]);
  const close = () => onClose(ended !== undefined || pairing?.state === "approved");
  return (
    // Escape closes it from wherever the focus is in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={box}
      tabIndex={-1}
      className="dialog pairbox"
      aria-labelledby="pair-title"
      data-testid="pair-panel"
      data-state={ended?.how ?? pairing?.state ?? "open"}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header className="h pairbox__head">
        <h2 className="t4" id="pair-title">
          {titleOf(wish, pairing, before?.name)}
        </h2>
        <span className="push h">
          {!ended && (link ?? pairing) ? <Left until={(pairing ?? link)?.expiresAt ?? ""} /> : null}
          <IconButton label={words.close} icon="x" onClick={close} />
        </span>
      </header>
      {ended ? (
        <Ended ended={ended} name={pairing?.name} upgrade={pairing?.upgradeOf !== undefined && !wish.upgradeOf} onDone={() => onClose(true)} onNew={invitation && !wish.upgradeOf ? () => invitation.start(wish) : undefined} />
      ) : invitation?.failure ? (
        <ErrorState title={words.startFailed} error={invitation.failure} onRetry={() => invitation.start(wish)} />
      ) : invitation && !link ? (
        <Skeleton rows={6} row={40} />
      ) : (
        <>
          {invitation && link ? (
            <Invite link={link} pairing={pairing} listening={room.listening.value} busy={invitation.busy} onAddress={(address) => invitation.start({ ...wish, address })} onNew={() => invitation.start(wish)} />
          ) : null}
          <Answer
            key={id}
            pairing={pairing}
            offered={pairing?.scopes ?? link?.scopes ?? []}
            before={before}
            again={wish.upgradeOf !== undefined}
            me={room.me}
            live={live}
            onApproved={(device) => setOutcome({ of: id ?? "", outcome: { how: "approved", device } })}
            onDenied={() => setOutcome({ of: id ?? "", outcome: { how: "denied" } })}
          />
        </>
      )}
    </section>
  );
}

function titleOf(wish: StartPairing, pairing: PairingShown | undefined, name: string | undefined): string {
  const called = name ?? pairing?.name ?? words.unnamed;
  if (wish.upgradeOf) return words.againTitle(called);
  if (pairing?.upgradeOf) return words.upgradeTitle(called);
  return wish.role === "node" || pairing?.role === "node" ? words.pairMachine : words.pairTitle;
}

type End = Outcome | { how: "expired" } | { how: "dead" };

/** How a pairing ended that was answered elsewhere, or by nobody. */
function endOf(pairing: PairingShown | undefined): End | undefined {
  if (pairing?.state === "denied" || pairing?.state === "expired" || pairing?.state === "dead") return { how: pairing.state };
  return undefined;
}

function Ended({ ended, name, upgrade, onDone, onNew }: { ended: End; name: string | undefined; upgrade: boolean; onDone: () => void; onNew: (() => void) | undefined }) {
  const text: Record<Exclude<End["how"], "approved">, string> = { denied: words.denied, expired: words.expired, dead: words.dead };
  const body: ReactNode =
    ended.how === "approved" ? (
      <>
        <State kind="passed">{upgrade ? words.upgraded(ended.device.name) : words.paired(ended.device.name)}</State>
        <p className="t2 c2">{words.pairedText(scopesText(ended.device.scopes))}</p>
      </>
    ) : (
      <State kind={ended.how === "denied" ? "failed" : "waiting"} plain>
        {name ? `${name}: ` : ""}
        {text[ended.how]}
      </State>
    );
  return (
    <>
      <div className="pairbox__end" role="status">
        {body}
      </div>
      <footer className="dialog__foot pd__foot">
        {onNew ? <Button onClick={onNew}>{ended.how === "approved" ? words.another : words.newCode}</Button> : null}
        <Button look="primary" onClick={onDone}>
          {words.done}
        </Button>
      </footer>
    </>
  );
}

/** How much time is left, to the second. */
function Left({ until }: { until: string }) {
  const left = Math.max(0, Date.parse(until) - useNow());
  const text = words.left(durationText(Math.floor(left / 1000) * 1000).replace(/[.,]0 s$/, " s"));
  return (
    <>
      <span className="t2 num c2 pairbox__left">{text}</span>
      <Meter part={left / WHOLE_MS} width={72} warn={left < 60_000} label={text} />
    </>
  );
}
