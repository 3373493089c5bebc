// A publication as a row of the conversation: its events, and what is stored of it.

import { memo } from "react";
import { useCall, useModel } from "../app";
import type { PublishItem } from "../model";
import { PublicationCard } from "./PublicationCard";
import { shownOfItem } from "./shown";

export const PublishRow = memo(function PublishRow({ item }: { item: PublishItem }) {
  const { stored, newest } = useStored(item.sessionId, item.publishId);
  return <PublicationCard shown={shownOfItem(item, stored)} newest={newest} />;
});

function useStored(sessionId: string, publishId: string) {
  const changes = useModel((state) => state.publishChanges);
  const { value } = useCall("publish.show", { sessionId }, changes);
  const stored = value?.recent.find((one) => one.id === publishId) ?? (value?.latest?.id === publishId ? value.latest : undefined);
  return { stored, newest: value?.latest?.id === publishId };
}
