// Said over the page when a newer version of it is kept and waits.

import { useStore } from "../app";
import { Banner, Button } from "../components";
import { letIn, newer } from "./start";
import { words } from "./words";

export function NewerNote() {
  if (!useStore(newer)) return null;
  return (
    <Banner
      tone="run"
      icon="info"
      action={
        <Button small onClick={letIn}>
          {words.reload}
        </Button>
      }
    >
      {words.newer}
    </Banner>
  );
}
