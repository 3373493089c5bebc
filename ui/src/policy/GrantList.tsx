// What was allowed for longer than once, and the way to end it.

import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useAction, useCall, useClient } from "../app";
import { Banner, Button, ConfirmDialog, ErrorState, InlineText, Skeleton, Time } from "../components";
import type { KeptGrant } from "../client";
import { personName } from "../model";
import { SectionHead } from "../settings/Row";
import { words } from "./words";

/** Those that are over go by themselves, and uses are counted elsewhere. */
const AGAIN_MS = 30_000;

export function GrantList({ workspaceId, live }: { workspaceId: string; live: boolean }) {
  const grants = useCall("policy.grants", { workspaceId });
  const call = useClient();
  const { run, busy, failure } = useAction();
  const [asked, ask] = useState<KeptGrant>();
  const { reload } = grants;
  useEffect(() => {
    const timer = setInterval(reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const revoke = async (kept: KeptGrant) => {
    await run(() => call("policy.revoke", { id: kept.grant.id }));
    ask(undefined);
    reload();
  };
  return (
    <>
      <SectionHead title={words.remembered}>{words.rememberedText}</SectionHead>
      {failure ? <Banner tone="failed">{failure.message}</Banner> : null}
      {grants.value ? (
        grants.value.grants.length === 0 ? (
          <p className="t2 c3">{words.nothing}</p>
        ) : (
          <ul className="list">
            {grants.value.grants.map((kept) => (
              <GrantLine key={kept.grant.id} kept={kept} disabled={busy || !live} revoke={() => ask(kept)} />
            ))}
          </ul>
        )
      ) : grants.failure ? (
        <ErrorState title={words.grantsFailed} error={grants.failure} onRetry={reload} />
      ) : (
        <Skeleton rows={2} row={44} />
      )}
      <ConfirmDialog
        open={asked !== undefined}
        onClose={() => ask(undefined)}
        title={words.revokeTitle}
        text={
          <>
            <InlineText text={asked?.covers ?? ""} />. {words.revokeText}
          </>
        }
        yes={words.revoke}
        busy={busy}
        onYes={() => asked && void revoke(asked)}
      />
    </>
  );
}

function GrantLine({ kept, disabled, revoke }: { kept: KeptGrant; disabled: boolean; revoke: () => void }) {
  return (
    <li className="policy__grant" data-testid="policy-grant">
      <span className="v v--1">
        <span className="wraps">
          <InlineText text={kept.covers} />
        </span>
        <span className="t2 c3">
          {kept.span === "job" ? (
            words.whileJob
          ) : kept.expiresAt ? (
            <>
              {words.until} <Time ts={kept.expiresAt} />
            </>
          ) : (
            words.untilRevoked
          )}
          {" · "}
          {words.by(personName(kept.by) ?? kept.by)} <Time ts={kept.madeAt} />
          {" · "}
          {kept.used === 0 ? words.usedNever : words.used(kept.used)}
          {kept.lastUsedAt ? (
            <>
              , {words.lastUsed} <Time ts={kept.lastUsedAt} relative />
            </>
          ) : null}
          {" · "}
          <Link to="/approvals/$approvalId" params={{ approvalId: kept.approvalId }}>
            {words.question}
          </Link>
        </span>
      </span>
      <Button disabled={disabled} onClick={revoke}>
        {words.revoke}
      </Button>
    </li>
  );
}
