// The start address: the session with the newest event, or set-up when there is no repository yet.

import { Navigate, useRouterState } from "@tanstack/react-router";
import { PageBar, useCrew, useModel } from "../app";
import { EmptyState, ErrorState, Skeleton } from "../components";
import { newestFirst } from "../model";
import { lastSession } from "./last";
import { words } from "./words";

export function Home() {
  const crew = useCrew();
  const workspaces = useModel((state) => state.workspaces);
  const sessions = useModel((state) => state.sessions);
  const failure = workspaces.failure ?? sessions.failure;
  // Somebody who is on the way elsewhere, while that page is loaded, is not called back.
  const staying = useRouterState({ select: (state) => state.location.pathname === "/" });
  if (workspaces.value && sessions.value && staying) {
    // The server keeps a first session ready; one in which nothing was said is no reason to skip set-up.
    const unused = sessions.value.every((session) => !session.lastEventAt);
    if (workspaces.value.length === 0 && unused) return <Navigate to="/first-run" replace />;
    const kept = sessions.value.find((session) => session.sessionId === lastSession());
    const newest = kept ?? newestFirst(sessions.value)[0];
    if (newest) {
      return <Navigate to="/w/$workspace/s/$session" params={{ workspace: newest.workspaceId ?? "-", session: newest.sessionId }} replace />;
    }
    return (
      <>
        <PageBar title="Pilothouse" />
        <EmptyState icon="chat" title={words.noSessionTitle}>
          {words.noSessionText}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageBar title="Pilothouse" />
      {failure ? (
        <ErrorState title={words.unreachable} error={failure} onRetry={() => void crew.refresh("workspaces", "sessions")} />
      ) : (
        <Skeleton rows={8} row={44} />
      )}
    </>
  );
}
