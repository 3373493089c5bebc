// Settings: what belongs to a workspace, what belongs to this machine, and where every value comes from.

import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { PageBar, useCall, useModel } from "../app";
import { EmptyState, Icon, Skeleton } from "../components";
import { isLive } from "../model";
import { UsageSection } from "../budget/UsageSection";
import { NetworkSection } from "../network/NetworkSection";
import { NotificationsSection } from "../notifications/NotificationsSection";
import { platform } from "../platform";
import { PublishingSection } from "../publish/PublishingSection";
import { usePreference } from "../review/preferences";
import { UpdatesSection } from "../updates/UpdatesSection";
import { Appearance } from "./Appearance";
import { Checks } from "./Checks";
import { Desktop } from "./Desktop";
import { General } from "./General";
import { Models } from "./Models";
import { Policy } from "./Policy";
import { Sandbox } from "./Sandbox";
import { findSetting, SECTIONS, type SectionId } from "./sections";
import { SettingsNav } from "./SettingsNav";
import { Shortcuts } from "./Shortcuts";
import { Values } from "./Values";
import { words } from "./words";
import "./settings.css";

export default function SettingsPage() {
  const { hash } = useLocation();
  const section = SECTIONS.find((one) => one.id === hash)?.id ?? "models";
  const workspaces = useModel((state) => state.workspaces.value);
  const live = useModel(isLive);
  // Another window, a phone or the terminal may change it while this page is open.
  const config = useCall("config.show", {}, useModel((state) => state.configChanges));
  const [chosen, choose] = usePreference<string>("settings.workspace", "");
  const workspace = workspaces?.find((one) => one.id === chosen) ?? workspaces?.[0];
  const of = SECTIONS.find((one) => one.id === section)?.of;
  return (
    <>
      <PageBar title={words.title}>
        {workspaces && workspaces.length > 1 ? (
          <select className="input set__workspace" aria-label={words.workspace} value={workspace?.id ?? ""} onChange={(event) => choose(event.target.value)}>
            {workspaces.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        ) : null}
        <Finder />
      </PageBar>
      <div className="setgrid">
        <SettingsNav current={section} />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by key */}
        <div className="scroll" tabIndex={0} role="region" aria-label={words.title}>
          <div className="setbody">
            {of === "workspace" && section !== "sandbox" && !workspace ? (
              workspaces ? (
                <EmptyState
                  icon="folder"
                  title={words.thisWorkspace}
                  action={
                    <Link to="/first-run" className="btn btn--primary">
                      {words.chooseRepository}
                    </Link>
                  }
                >
                  {words.noWorkspace}
                </EmptyState>
              ) : (
                <Skeleton rows={6} row={44} />
              )
            ) : (
              <Body section={section} workspace={workspace} live={live} config={config} />
            )}
          </div>
        </div>
      </div>
    </>
  );
}

function Body({
  section,
  workspace,
  live,
  config,
}: {
  section: SectionId;
  workspace: Parameters<typeof Sandbox>[0]["workspace"];
  live: boolean;
  config: Parameters<typeof Values>[0]["config"];
}) {
  switch (section) {
    case "models":
      return <Models live={live} />;
    case "usage":
      return <UsageSection key={workspace?.id ?? ""} workspaceId={workspace?.id} live={live} />;
    case "sandbox":
      return <Sandbox workspace={workspace} live={live} />;
    case "network":
      return <NetworkSection live={live} />;
    case "publishing":
      return <PublishingSection live={live} />;
    case "appearance":
      return <Appearance />;
    case "shortcuts":
      return <Shortcuts />;
    case "desktop":
      return <Desktop />;
    case "notifications":
      return <NotificationsSection config={config} live={live} look={platform.notifications} />;
    case "updates":
      return platform.updates ? <UpdatesSection updates={platform.updates} /> : null;
    case "values":
      return <Values config={config} />;
    default:
      if (!workspace) return null;
      if (section === "general") return <General key={workspace.id} workspace={workspace} live={live} config={config.value} />;
      if (section === "checks") return <Checks key={workspace.id} workspace={workspace} live={live} config={config.value} />;
      return <Policy key={workspace.id} workspace={workspace} live={live} config={config.value} />;
  }
}

/** Finds a setting by its name and goes to its section. */
function Finder() {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const id = useId();
  const hits = findSetting(query);
  const go = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    setQuery("");
    void navigate({ to: "/settings", hash: hit.section.id });
  };
  return (
    <div className="finder">
      <label className="input searchin">
        <Icon name="search" size="s" />
        <span className="unseen">{words.find}</span>
        <input
          type="search"
          role="combobox"
          aria-expanded={query !== ""}
          aria-controls={`${id}-list`}
          aria-activedescendant={hits[at] ? `${id}-${at}` : undefined}
          placeholder={words.find}
          value={query}
          spellCheck={false}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              event.preventDefault();
              if (hits.length > 0) setAt((before) => (before + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length);
            } else if (event.key === "Enter") go(at);
            else if (event.key === "Escape") setQuery("");
          }}
        />
      </label>
      <div id={`${id}-list`} role="listbox" aria-label={words.find} className={query === "" ? "unseen" : "menu finder__list"}>
        {query !== "" && hits.length === 0 ? (
          <div role="option" aria-selected="false" aria-disabled="true" className="mi c3">
            {words.nothingFound}
          </div>
        ) : null}
        {hits.map((hit, index) => (
          <button
            key={`${hit.section.id}${hit.label}`}
            type="button"
            role="option"
            id={`${id}-${index}`}
            aria-selected={index === at}
            tabIndex={-1}
            className={`mi${index === at ? " on" : ""}`}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => go(index)}
          >
            <Icon name={hit.section.icon} />
            <span className="grow trunc">{hit.label}</span>
            <span className="t1 c3">{hit.section.label}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
