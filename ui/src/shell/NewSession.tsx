// A new conversation in one of the workspaces.

import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useAction, useCrew, useModel } from "../app";
import { Button, Dialog, Field, InlineText } from "../components";
import { words } from "./words";

export function NewSession({ workspaceId, onClose }: { workspaceId: string | undefined; onClose: () => void }) {
  const crew = useCrew();
  const navigate = useNavigate();
  const workspaces = useModel((state) => state.workspaces.value) ?? [];
  const [chosen, setChosen] = useState(workspaceId ?? workspaces[0]?.id ?? "");
  const [label, setLabel] = useState("");
  const { run, busy, failure } = useAction();
  const create = async (event: FormEvent) => {
    event.preventDefault();
    await run(async () => {
      const made = await crew.call("session.create", {
        sessionId: sessionIdFor(label, Math.random().toString(36).slice(2, 7)),
        ...(chosen ? { workspaceId: chosen } : {}),
        ...(label.trim() ? { label: label.trim() } : {}),
      });
      await crew.refresh("sessions");
      onClose();
      await navigate({ to: "/w/$workspace/s/$session", params: { workspace: made.workspaceId ?? (chosen || "-"), session: made.sessionId } });
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.newSession}
      text={words.newSessionText}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" form="new-session" busy={busy} disabled={workspaces.length === 0}>
            {words.create}
          </Button>
        </>
      }
    >
      <form id="new-session" onSubmit={(event) => void create(event)} className="v v--3">
        <Field label={words.name} placeholder={words.namePlaceholder} value={label} maxLength={120} onChange={(event) => setLabel(event.target.value)} hint={words.nameHint} />
        {workspaces.length > 1 ? (
          <div className="field">
            <label className="label" htmlFor="new-session-workspace">
              {words.workspace}
            </label>
            <select id="new-session-workspace" className="input" value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {workspaces.map((workspace) => (
                <option key={workspace.id} value={workspace.id}>
                  {workspace.name}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        {workspaces.length === 0 ? <p className="s-needs">{words.repositoryFirst}</p> : null}
        {failure ? (
          <p className="s-failed" role="alert">
            <InlineText text={failure.message} />
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}

/** A readable id that the server accepts: `[A-Za-z0-9._-]{1,64}`. */
export function sessionIdFor(label: string, end: string): string {
  const words = label.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, 40);
  return words ? `${words}-${end}` : `s-${end}`;
}
