// Changes one thing of a workspace and shows it at once.

import { useAction, useClient, useCrew } from "../app";
import type { CallFailure, UpdateWorkspace, Workspace } from "../client";

export interface Updating {
  readonly update: (change: Omit<UpdateWorkspace, "id">) => Promise<boolean>;
  readonly busy: boolean;
  readonly failure: CallFailure | undefined;
}

export function useWorkspaceUpdate(workspace: Workspace): Updating {
  const call = useClient();
  const crew = useCrew();
  const action = useAction();
  return {
    update: (change) =>
      action.run(async () => {
        await call("workspace.update", { id: workspace.id, ...change });
        await crew.refresh("workspaces", "merge");
      }),
    busy: action.busy,
    failure: action.failure,
  };
}
