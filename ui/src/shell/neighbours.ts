// Moving to the next and the previous session by key, in the order of the rail.

import { useNavigate, useParams } from "@tanstack/react-router";
import { useCrew, useShortcut } from "../app";

export function useNeighbours(): void {
  const crew = useCrew();
  const navigate = useNavigate();
  const params = useParams({ strict: false });
  const go = (step: number) => {
    const { workspaces, sessions } = crew.state.get();
    const order = [...(workspaces.value ?? []).map((one) => one.id as string | null), null].flatMap((workspaceId) =>
      (sessions.value ?? []).filter((session) => session.workspaceId === workspaceId),
    );
    const at = order.findIndex((session) => session.sessionId === params.session);
    const next = order[(at + step + order.length) % order.length];
    if (!next) return;
    void navigate({ to: "/w/$workspace/s/$session", params: { workspace: next.workspaceId ?? "-", session: next.sessionId } });
  };
  useShortcut("session.next", () => go(1));
  useShortcut("session.previous", () => go(-1));
}
