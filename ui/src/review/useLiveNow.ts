// The time while the server is heard. Offline it stands still: nobody knows what went on since.

import { useContext, useEffect, useState } from "react";
import { LiveContext, useNow } from "../components";

export function useLiveNow(): number {
  const live = useContext(LiveContext);
  const now = useNow();
  const [heard, setHeard] = useState(now);
  useEffect(() => {
    // The moment the line broke is known only when it breaks.
    // oxlint-disable-next-line react/set-state-in-effect
    if (!live) setHeard(Date.now());
  }, [live]);
  return live ? now : heard;
}
