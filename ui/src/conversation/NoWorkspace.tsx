// An address of a workspace that this server does not have: said so, instead of showing another one under its name.

import { Link } from "@tanstack/react-router";
import { PageBar, useModel } from "../app";
import { EmptyState, Icon } from "../components";
import type { Session, Workspace } from "../client";
import { type CrewState, newestFirst } from "../model";
import { RoomsButton } from "../shell/Rooms";
import { words } from "./words";

/** `-` is the address of a session whose workspace the link did not know. A session may outlive its workspace and is still read. */
export function isUnknown({ workspaces, sessions }: CrewState, workspaceId: string, sessionId: string | undefined): boolean {
  if (workspaceId === "-" || !workspaces.value || !sessions.value || workspaces.value.some((one) => one.id === workspaceId)) return false;
  return sessions.value.find((one) => one.sessionId === sessionId)?.workspaceId !== workspaceId;
}

/** Its conversation that was last spoken in. */
function newest(sessions: readonly Session[], { id }: Workspace): Session | undefined {
  return newestFirst(sessions.filter((one) => one.workspaceId === id))[0];
}

export function NoWorkspace({ name }: { name: string }) {
  const workspaces = useModel((state) => state.workspaces.value) ?? [];
  const sessions = useModel((state) => state.sessions.value) ?? [];
  const there = workspaces.flatMap((workspace) => {
    const session = newest(sessions, workspace);
    return session ? [{ workspace, session }] : [];
  });
  return (
    <>
      <PageBar title={words.noWorkspaceBar} before={<RoomsButton />} />
      <EmptyState
        icon="folder"
        title={words.noWorkspaceTitle(name)}
        action={
          there.length === 0 ? (
            <Link to="/first-run" className="btn btn--primary">
              {words.addRepository}
            </Link>
          ) : (
            <ul className="v v--1">
              {there.map(({ workspace, session }) => (
                <li key={workspace.id}>
                  <Link to="/w/$workspace/s/$session" params={{ workspace: workspace.id, session: session.sessionId }} className="btn">
                    <Icon name="folder" />
                    {workspace.name}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      >
        {there.length === 0 ? words.noWorkspaceAtAll : words.noWorkspaceText}
      </EmptyState>
    </>
  );
}
