// Pauses everything. The way back is the banner over every page.

import { useAction, useCrew, useMay, useModel } from "../app";
import { Button } from "../components";
import { isLive } from "../model";
import { holdsOf } from "./hold";
import { words } from "./words";

export function PauseButton() {
  const crew = useCrew();
  const live = useModel(isLive);
  const may = useMay("admin");
  const held = useModel((state) => holdsOf(state.status.value).some((hold) => hold.reason === "person"));
  const { run, busy, failure } = useAction();
  if (held || !may) return null;
  const pause = () =>
    run(async () => {
      await crew.call("system.hold", {});
      await crew.refresh("status");
    });
  return (
    <Button icon="pause" busy={busy} disabled={!live} title={failure?.message} onClick={() => void pause()}>
      {words.pause}
    </Button>
  );
}
