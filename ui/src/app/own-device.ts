// Which device this page is, as far as the server has said. Unknown is nobody: whoever acted then keeps their name.

import { useCrew, useModel } from "./context";

export function useOwnDevice(): string | undefined {
  const { gateway } = useCrew();
  // Said anew with every connection.
  useModel((state) => state.connection);
  return gateway?.deviceId;
}
