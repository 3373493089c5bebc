// One terminal that runs: who is in control, what it shows, and what can be done with it.

import { useEffect, useRef, useState } from "react";
import { useAction, useClient } from "../app";
import { Banner, Button, ErrorState, FailureDialog, Icon, IconButton, Menu } from "../components";
import type { Terminal } from "../client";
import { Lacking } from "../devices/Lacking";
import { FindBar } from "./FindBar";
import { useGateway } from "./gateway-context";
import { howEnded } from "./how-ended";
import { KeyBar } from "./KeyBar";
import type { Renderer } from "./emulator";
import type { Way } from "./layout/layout";
import { LookDialog } from "./LookDialog";
import { PasteDialog } from "./PasteDialog";
import { PasteOrder } from "./paste-order";
import type { Look } from "./preferences";
import { RenameDialog } from "./RenameDialog";
import { saveRecording } from "./save-recording";
import { useAttached } from "./useAttached";
import { words } from "./words";

const NOTICE_MS = 6_000;

export function TerminalPane({
  listed,
  machine,
  away,
  mayType,
  look,
  onLook,
  onLeave,
  onClose,
  onReplay,
  active,
  share,
}: {
  listed: Terminal;
  /** The name of the machine it runs on; nothing for the server's own. */
  machine: string | undefined;
  /** That machine is not connected to the server now. */
  away: boolean;
  /** Whether this device may do more than watch. */
  mayType: boolean;
  look: Look;
  onLook: (look: Look) => void;
  /** The keyboard goes back to the page. */
  onLeave: () => void;
  onClose: () => void;
  /** Shows the recording of one that has ended. */
  onReplay: () => void;
  /** It has the keyboard when it comes. */
  active: boolean;
  /** How it shares the page with others; nothing where there is room for one alone. */
  share: { beside?: (way: Way) => void; alone?: () => void; hide?: () => void } | undefined;
}) {
  const place = useRef<HTMLDivElement>(null);
  const ctrl = useRef(false);
  const order = useRef(new PasteOrder());
  const [ctrlOn, setCtrlOn] = useState(false);
  const [finding, setFinding] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const [pasting, setPasting] = useState(false);
  const [looking, setLooking] = useState(false);
  const [renderer, setRenderer] = useState<Renderer>();
  const [notice, setNotice] = useState<string>();
  const { state, gateway } = useGateway();
  const call = useClient();
  const action = useAction();
  const touch = typeof matchMedia === "function" && matchMedia("(pointer: coarse)").matches;
  const holdCtrl = (on: boolean) => {
    ctrl.current = on;
    setCtrlOn(on);
  };
  const held = useAttached(listed.id, listed.name, place, look, (data) => {
    if (!ctrl.current || data.length !== 1) return order.current.typed(data);
    holdCtrl(false);
    return order.current.typed(controlOf(data));
  });
  const { emulator, line, controls } = held;
  const terminal = held.terminal ?? listed;
  const id = listed.id;
  useEffect(() => setNotice(held.notice), [held.notice]);
  // A machine that was away for longer than a place is kept gives it back when it comes.
  const { again, failure } = held;
  const comes = useRef({ again, failure });
  comes.current = { again, failure };
  const wasAway = useRef(away);
  useEffect(() => {
    if (wasAway.current && !away && comes.current.failure?.code === "node.away") comes.current.again();
    wasAway.current = away;
  }, [away]);
  useEffect(() => {
    if (notice === undefined) return;
    const timer = setTimeout(() => setNotice(undefined), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  const paste = () => {
    // Only pages of a secure context may read the clipboard, and only if the person lets them.
    const reading = navigator.clipboard?.readText?.() ?? Promise.reject(new Error("no clipboard"));
    order.current
      .during(reading, (text) => emulator?.terminal.paste(text), (keys) => emulator?.terminal.input(keys))
      .catch(() => setPasting(true));
  };
  const copy = () => {
    const text = emulator?.terminal.getSelection() ?? "";
    if (text === "") return;
    // Where there is no clipboard to write to, the browser copies what its own command would.
    const byBrowser = () => {
      emulator?.terminal.focus();
      if (!document.execCommand("copy")) setNotice(words.copyDenied);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(byBrowser);
    else byBrowser();
  };
  const activeNow = useRef(active);
  activeNow.current = active;
  const keys = useRef<Record<string, () => void>>({});
  keys.current = { KeyF: () => setFinding(true), KeyC: copy, KeyV: paste, KeyE: onLeave };
  useEffect(() => {
    if (!emulator) return;
    emulator.terminal.attachCustomKeyEventHandler((event) => {
      const own = event.ctrlKey && event.shiftKey && !event.altKey ? keys.current[event.code] : undefined;
      if (!own) return true;
      event.preventDefault();
      if (event.type === "keydown") own();
      return false;
    });
    setRenderer(emulator.renderer());
    emulator.onRenderer(setRenderer);
    // The one that is used has the keyboard; the others come beside it.
    if (activeNow.current) emulator.terminal.focus();
  }, [emulator]);
  const ended = held.end ?? terminal.end;
  return (
    <section className="tm__pane" aria-label={terminal.name}>
      <header className="bar bar--tight">
        <span className="medium trunc">{terminal.name}</span>
        {machine === undefined ? null : <span className="t1 c2 trunc">{words.onMachine(machine)}</span>}
        <span className="t1 c3 mono trunc tm__cwd">{terminal.cwd}</span>
        <span className="push h h--3 t1 c2">
          {ended ? (
            <>
              <span className="c3">{words.ended(howEnded(ended))}</span>
              {terminal.recorded > 0 ? (
                <Button small onClick={onReplay}>
                  {words.replay}
                </Button>
              ) : null}
            </>
          ) : (
            <>
              {terminal.recorded > 0 ? (
                <span className="h h--1" title={terminal.recordingCut ? words.recordingCut : words.recording}>
                  <Icon name="record" size="s" />
                  <span className="unseen">{terminal.recordingCut ? words.recordingCut : words.recording}</span>
                </span>
              ) : null}
              <span className="h h--1 tm__who">
                <Icon name="keyboard" size="s" />
                <span className="trunc">{controls ? words.youControl : terminal.controller === undefined ? words.nobodyControls : words.controls(terminal.controller)}</span>
              </span>
              {held.attached && !mayType ? <Lacking scope="terminal_write" what={words.mayNotType} /> : null}
              {held.attached && !controls && mayType ? (
                <Button small onClick={() => void action.run(async () => { await line?.takeControl(); emulator?.terminal.focus(); })}>
                  {words.takeControl}
                </Button>
              ) : null}
              <span className="h h--1" title={words.attached(terminal.attached)}>
                <Icon name="eye" size="s" />
                <span aria-hidden="true">{terminal.attached}</span>
                <span className="unseen">{words.attached(terminal.attached)}</span>
              </span>
              <span className="mono c3 tm__size">{words.size(terminal.cols, terminal.rows)}</span>
            </>
          )}
          <IconButton label={words.find} icon="search" onClick={() => setFinding(true)} />
          <Menu
            trigger={<IconButton label={words.more} icon="more" />}
            items={[
              { label: words.copy, icon: "copy", keys: "ctrl+shift+c", onSelect: copy },
              { label: words.paste, icon: "paste", keys: "ctrl+shift+v", disabled: !controls, onSelect: paste },
              ...(share
                ? [
                    { label: words.split, icon: "split" as const, disabled: !share.beside, onSelect: () => share.beside?.("row") },
                    { label: words.splitBelow, icon: "split" as const, disabled: !share.beside, onSelect: () => share.beside?.("column") },
                    ...(share.alone ? [{ label: words.unsplit, onSelect: share.alone }] : []),
                    ...(share.hide ? [{ label: words.hide, onSelect: share.hide }] : []),
                  ]
                : []),
              "separator",
              { label: words.larger, icon: "plus", onSelect: () => onLook({ ...look, fontSize: look.fontSize + 1 }) },
              { label: words.smaller, icon: "minus", onSelect: () => onLook({ ...look, fontSize: look.fontSize - 1 }) },
              { label: words.screenReader, chosen: look.screenReader, onSelect: () => onLook({ ...look, screenReader: !look.screenReader }) },
              { label: words.look, icon: "sliders", onSelect: () => setLooking(true) },
              "separator",
              { label: words.rename, icon: "pencil", disabled: !mayType, onSelect: () => setRenaming(true) },
              { label: words.download, icon: "record", disabled: terminal.recorded === 0, onSelect: () => void action.run(() => saveRecording(call, id, terminal.name)) },
              { label: words.interrupt, icon: "pause", disabled: ended !== undefined || !mayType, onSelect: () => void action.run(() => call("terminals.signal", { id, signal: "interrupt" })) },
              { label: words.kill, icon: "stop", danger: true, disabled: ended !== undefined || !mayType, onSelect: () => void action.run(() => call("terminals.signal", { id, signal: "kill" })) },
              { label: words.close, icon: "x", danger: true, disabled: !mayType, onSelect: onClose },
            ]}
          />
        </span>
      </header>
      {state.state === "rejected" ? <Banner tone="failed">{`${words.rejected}: ${state.message}`}</Banner> : null}
      {state.state === "unavailable" ? (
        <Banner tone="needs" action={<Button small onClick={() => gateway.retryNow()}>{words.retry}</Button>}>
          {words.noSocket}
        </Banner>
      ) : null}
      {state.state === "offline" ? (
        <Banner tone="needs" action={<Button small onClick={() => gateway.retryNow()}>{words.retry}</Button>}>
          {words.reconnecting}
        </Banner>
      ) : null}
      {away && !ended && state.state === "live" ? <Banner tone="needs">{words.machineAway(machine ?? terminal.name)}</Banner> : null}
      {finding && emulator ? (
        <FindBar
          search={emulator.search}
          onClose={() => {
            setFinding(false);
            emulator.terminal.focus();
          }}
        />
      ) : null}
      {held.failure ? (
        <ErrorState title={words.attachTitle} error={held.failure} onRetry={again} />
      ) : null}
      <div className={`tm__screen${held.failure ? " tm__screen--gone" : ""}`} data-keys="own" data-renderer={renderer} data-attached={held.attached}>
        <div className="tm__fit" ref={place} />
      </div>
      <p className={`tm__notice t2${notice === undefined ? " unseen" : ""}`} role="status">
        {notice ?? ""}
      </p>
      {touch && controls ? (
        <KeyBar
          ctrl={ctrlOn}
          onCtrl={holdCtrl}
          onKeys={(keys) => {
            line?.type(keys);
            emulator?.terminal.scrollToBottom();
          }}
          onPaste={paste}
          onKeyboard={() => (document.activeElement === emulator?.terminal.textarea ? emulator?.terminal.blur() : emulator?.terminal.focus())}
          applicationKeys={() => emulator?.terminal.modes.applicationCursorKeysMode ?? false}
        />
      ) : null}
      <RenameDialog open={renaming} name={terminal.name} onClose={() => setRenaming(false)} onName={(name) => action.run(() => call("terminals.rename", { id, name }))} />
      <PasteDialog open={pasting} onClose={() => setPasting(false)} onPaste={(text) => emulator?.terminal.paste(text)} />
      <LookDialog open={looking} look={look} onClose={() => setLooking(false)} onLook={onLook} />
      <FailureDialog failure={action.failure} title={words.attachTitle} onClear={action.clear} />
    </section>
  );
}

/** What a key is together with Control; itself where there is no such thing. */
export function controlOf(key: string): string {
  const code = key.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : key;
}
