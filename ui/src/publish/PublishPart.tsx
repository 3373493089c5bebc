// Publishing on pages beside the conversation: a job that landed, the integration branch.

import { useCall, useModel } from "../app";
import { PublicationCard } from "./PublicationCard";
import { PublishButtons } from "./PublishButtons";
import { shownOf } from "./shown";
import { words } from "./words";

/** The buttons, and what became of the newest publication of the session. */
export function PublishPart({ sessionId }: { sessionId: string }) {
  const { value } = useCall("publish.show", { sessionId }, useModel((state) => state.publishChanges));
  return (
    <div className="v pub__part" role="group" aria-label={words.publish}>
      <div className="h wrap">
        <PublishButtons sessionId={sessionId} />
      </div>
      {value?.latest ? <PublicationCard shown={shownOf(value.latest)} newest /> : null}
    </div>
  );
}

/** For the integration branch of a workspace: from its newest session. */
export function PublishBranch({ workspaceId }: { workspaceId: string }) {
  const sessionId = useModel((state) => {
    const own = (state.sessions.value ?? []).filter((session) => session.workspaceId === workspaceId);
    return own[0]?.sessionId;
  });
  return <PublishButtons sessionId={sessionId} className="hide-phone" />;
}
