// An address of one's own: said in full before it is opened.

import { type FormEvent, useState } from "react";
import { Button, Dialog, Facts, Field, InlineText, State } from "../components";
import { isAddress, isPublic } from "./address";
import { words } from "./listen-words";

export function AddressDialog({ busy, failure, onClose, onAddress }: { busy: boolean; failure: { message: string } | undefined; onClose: () => void; onAddress: (address: string) => void }) {
  const [typed, type] = useState("");
  const good = isAddress(typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (good) onAddress(typed.trim());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words.onTitle(words.address)}
      text={words.networkNote}
      width={520}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="primary" type="submit" form="listen-address" busy={busy} disabled={!good}>
            {words.on}
          </Button>
        </>
      }
    >
      <form id="listen-address" onSubmit={submit} className="v v--3">
        <Field label={words.addressLabel} mono hint={words.addressHint} problem={typed !== "" && !good && /:\d*$/.test(typed) ? words.addressBad : undefined} value={typed} onChange={(event) => type(event.target.value)} />
        <Facts
          rows={[
            [words.becomes, words.what],
            [words.at, good ? <span key="at" className="mono wraps">https://{typed.trim()}</span> : undefined],
            [words.by, words.toNetwork],
            [words.stays, words.staysShutAddress],
          ]}
        />
        {isPublic(typed) ? (
          <p className="t2 pd__only" role="status">
            <State kind="needs">{words.publicAddress}</State> {words.publicAddressText}
          </p>
        ) : null}
        {failure ? (
          <p className="t2 s-failed" role="alert">
            <InlineText text={failure.message} />
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
