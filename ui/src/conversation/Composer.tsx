// Where messages are written. The command menu grows the composer upwards instead of covering the conversation.

import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { useShortcut } from "../app";
import { Choice, Icon, IconButton, Kbd } from "../components";
import type { Priority, Workspace } from "../client";
import { completed, matching, type SlashCommand } from "./commands";
import { keepDraft, readDraft } from "./drafts";
import { OnPicker } from "./OnPicker";
import { WithPicker } from "./WithPicker";
import { words } from "./words";

export interface ComposerHandle {
  put: (text: string) => void;
  focus: () => void;
}

const PRIORITIES: ReadonlyArray<{ value: Priority; label: string; hint: string }> = [
  { value: "interactive", label: words.now, hint: words.nowHint },
  { value: "normal", label: words.normal, hint: words.normalHint },
  { value: "background", label: words.later, hint: words.laterHint },
];

/** How long the typing rests before the draft is kept. */
const DRAFT_MS = 400;

export function Composer({
  sessionId,
  workspace,
  live,
  onSend,
  ref,
  lastSent,
  backends = [],
  workers = [],
  called = String,
}: {
  sessionId: string;
  workspace: Workspace | undefined;
  live: boolean;
  onSend: (text: string, priority: Priority, workerId?: string) => void;
  ref?: Ref<ComposerHandle>;
  /** The newest message of this person, for the up key. */
  lastSent: string | undefined;
  /** What can work on a task here, by name. */
  backends?: readonly string[];
  /** Workers that can be given a task, by id. */
  workers?: readonly string[];
  /** What the worker of an id is called. */
  called?: (id: string) => string;
}) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => readDraft(sessionId));
  const [saved, setSaved] = useState(false);
  const [priority, setPriority] = useState<Priority>("interactive");
  const [worker, setWorker] = useState("");
  // One that went away meanwhile is none.
  const onWorker = workers.includes(worker) ? worker : "";
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const menu = closed ? [] : matching(text, workspace, backends);
  const chosen = menu[Math.min(at, menu.length - 1)];

  useEffect(() => {
    const timer = setTimeout(() => {
      const kept = keepDraft(sessionId, text);
      setSaved(kept && text !== "");
    }, DRAFT_MS);
    return () => clearTimeout(timer);
  }, [sessionId, text]);

  // Grows with its text, up to a third of the window.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight / 3)}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    setSaved(false);
    setAt(0);
    setClosed(false);
  };
  useEffect(() => {
    if (chosen) document.getElementById(`${id}-${chosen.name}`)?.scrollIntoView?.({ block: "nearest" });
  }, [id, chosen]);
  const put = (next: string) => {
    change(next);
    field.current?.focus();
    requestAnimationFrame(() => field.current?.setSelectionRange(next.length, next.length));
  };
  useImperativeHandle(ref, () => ({ put, focus: () => field.current?.focus() }));
  useShortcut("composer", () => field.current?.focus());

  const send = () => {
    const message = text.trim();
    if (message === "") return;
    onSend(message, priority, ...(onWorker === "" ? [] : [onWorker]));
    change("");
    keepDraft(sessionId, "");
    setPriority("interactive");
    setWorker("");
    field.current?.focus();
  };
  const choose = (command: SlashCommand) => put(completed(command));

  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (chosen) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        setAt((now) => (Math.min(now, menu.length - 1) + step + menu.length) % menu.length);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        setClosed(true);
        return;
      }
      // A name that is already whole is sent by Enter, like any other text.
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && chosen.name !== text.trim())) {
        event.preventDefault();
        choose(chosen);
        return;
      }
    }
    if (event.key === "ArrowUp" && text === "" && lastSent) {
      event.preventDefault();
      put(lastSent);
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !coarse()) {
      event.preventDefault();
      send();
    } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div className="composer" data-testid="composer">
      {chosen ? (
        <div className="composer__menu" role="listbox" aria-label={words.commands} id={`${id}-menu`}>
          {menu.map((command) => (
            // The field keeps the focus; keys are handled there.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={command.name}
              id={`${id}-${command.name}`}
              role="option"
              tabIndex={-1}
              aria-selected={command === chosen}
              className={`mi${command === chosen ? " on" : ""}`}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(command);
              }}
            >
              <Icon name={command.icon} />
              <span className="mono composer__name">
                {command.name} <span className="c3">{command.form}</span>
              </span>
              <span className="c2 grow trunc">{command.what}</span>
              {command === chosen ? <Kbd keys={command.name === text.trim() ? "enter" : "Tab"} /> : null}
            </div>
          ))}
        </div>
      ) : null}
      <textarea
        ref={field}
        className="composer__text composer__field"
        rows={1}
        aria-label={words.message}
        aria-autocomplete="list"
        aria-controls={chosen ? `${id}-menu` : undefined}
        aria-activedescendant={chosen ? `${id}-${chosen.name}` : undefined}
        placeholder={words.placeholder}
        value={text}
        maxLength={200_000}
        onChange={(event) => change(event.target.value)}
        onKeyDown={key}
        onBlur={() => {
          keepDraft(sessionId, text);
        }}
      />
      <div className="composer__foot">
        <Choice label={words.priority} value={priority} options={PRIORITIES} onChange={setPriority} />
        <WithPicker backends={backends} text={text} onChange={put} />
        <OnPicker workers={workers} called={called} value={onWorker} onChange={setWorker} />
        <span className="push t1 c3" aria-live="polite">
          {live ? (saved ? words.draftSaved : "") : words.offlineNote}
        </span>
        <IconButton className="composer__send" small look="primary" icon="send" label={words.send} disabled={text.trim() === ""} onClick={send} />
      </div>
    </div>
  );
}

/** On glass, Enter makes a line and the button sends. */
function coarse(): boolean {
  return typeof matchMedia === "function" && matchMedia("(pointer: coarse)").matches;
}
