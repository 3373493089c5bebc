// The profile of a workspace: what asks and what does not, said in full before it is chosen.

import { useState } from "react";
import { Banner, ConfirmDialog } from "../components";
import type { ConfigShown, Profile, Workspace } from "../client";
import { PolicySection } from "../policy/PolicySection";
import { originText, takenOrigin, valueOf } from "./origins";
import { SectionHead } from "./Row";
import { useWorkspaceUpdate } from "./useWorkspaceUpdate";
import { words } from "./words";

const PROFILES: readonly { id: Profile; name: string; text: string }[] = [
  { id: "careful", name: words.careful, text: words.carefulText },
  { id: "balanced", name: words.balanced, text: words.balancedText },
  { id: "autopilot", name: words.autopilot, text: words.autopilotText },
];

export function Policy({ workspace, live, config }: { workspace: Workspace; live: boolean; config: ConfigShown | undefined }) {
  const { update, busy, failure } = useWorkspaceUpdate(workspace);
  const [asking, setAsking] = useState(false);
  const forced = valueOf(config, `workspace.${workspace.id}.profile`);
  const choose = (profile: Profile) => {
    if (profile === workspace.profile) return;
    if (profile === "autopilot") setAsking(true);
    else void update({ profile });
  };
  return (
    <section>
      <SectionHead title={words.policy}>{words.profileHead}</SectionHead>
      {failure ? <Banner tone="failed">{`${words.saveFailed}: ${failure.message}`}</Banner> : null}
      <fieldset className="choices" disabled={busy || !live}>
        <legend className="unseen">{words.profileHead}</legend>
        {PROFILES.map((profile) => (
          // The words of the choice are its label.
          // oxlint-disable-next-line jsx-a11y/label-has-associated-control
          <label key={profile.id} className={`choice${profile.id === workspace.profile ? " on" : ""}`}>
            <input type="radio" className="radioin" name="profile" value={profile.id} checked={profile.id === workspace.profile} onChange={() => choose(profile.id)} />
            <span className="v v--1">
              <span className="medium">{profile.name}</span>
              <span className="t2 c2">{profile.text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="t2 c3 setnote">{words.always}</p>
      <p className="t1 c3 setnote">{forced && forced.origin !== "built-in" && forced.origin !== "workspace" ? originText(forced.origin, words) : takenOrigin(workspace, "profile", config)}</p>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.autopilotTitle}
        text={words.autopilotConfirm}
        yes={words.autopilotSure}
        busy={busy}
        onYes={() => void update({ profile: "autopilot" }).then(() => setAsking(false))}
      />
      <PolicySection workspace={workspace} live={live} />
    </section>
  );
}
