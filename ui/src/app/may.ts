// What this page may do, as far as the server has said. Unknown counts as yes: it is the server that decides, and a page
// that is not told keeps its buttons.

import type { Permission } from "../client";
import { useCrew, useModel } from "./context";

export function useMay(scope: Permission): boolean {
  const { gateway } = useCrew();
  // Said anew with every connection: more scopes come with a new one.
  useModel((state) => state.connection);
  return gateway?.scopes?.includes(scope) ?? true;
}
