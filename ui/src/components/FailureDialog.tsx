// What did not work, said until it is put away.

import { Dialog } from "./Menu";

export function FailureDialog({ title, failure, onClear }: { title: string; failure: { message: string } | undefined; onClear: () => void }) {
  return (
    <Dialog
      open={failure !== undefined}
      onOpenChange={(open) => {
        if (!open) onClear();
      }}
      title={title}
      text={failure?.message ?? ""}
    />
  );
}
