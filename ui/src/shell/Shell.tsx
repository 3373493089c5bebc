// The window: rail, page, status bar; and what lies over all pages. Two pages stand alone: signing in and set-up.

import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useModel, useShortcut } from "../app";
import { useShortcutListener } from "../app/shortcuts";
import { Sprite } from "../components";
import { HoldBanner } from "../hold";
import { isLive } from "../model";
import { ConnectionBanner } from "./ConnectionBanner";
import { NewSession } from "./NewSession";
import { Palette } from "./Palette";
import { PhoneTabs } from "./PhoneTabs";
import { Rail } from "./Rail";
import { SignedOut } from "./SignedOut";
import { StatusBar } from "./StatusBar";
import { useNeighbours } from "./neighbours";
import { words } from "./words";

export function Shell() {
  useShortcutListener();
  const signedOut = useModel((state) => state.connection.state === "signed_out");
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const [making, setMaking] = useState<{ workspaceId?: string } | undefined>();
  const openNew = (workspaceId?: string) => setMaking(workspaceId === undefined ? {} : { workspaceId });

  useShortcut("palette", () => setPalette((open) => !open));
  useShortcut("session.new", () => openNew());
  useShortcut("settings", () => void navigate({ to: "/settings" }));
  useShortcut("shortcuts", () => void navigate({ to: "/shortcuts" }));
  useShortcut("go.queue", () => void navigate({ to: "/queue" }));
  useShortcut("go.approvals", () => void navigate({ to: "/approvals" }));
  useShortcut("go.chat", () => void navigate({ to: "/" }));
  useNeighbours();
  const usable = useModel((state) => isLive(state) && state.workspaces.value !== undefined);
  useEffect(() => {
    // Measured by `npm run bench`: the moment one can type.
    if (usable) performance.mark("pilothouse:usable");
  }, [usable]);

  if (signedOut) {
    return (
      <>
        <Sprite />
        <SignedOut />
      </>
    );
  }
  if (pathname === "/first-run") {
    return (
      <>
        <Sprite />
        <Outlet />
      </>
    );
  }
  return (
    <>
      <Sprite />
      <a className="btn skip" href="#page">
        {words.skip}
      </a>
      <div className="app">
        <Rail onSearch={() => setPalette(true)} onNewSession={openNew} />
        <div className="page">
          <ConnectionBanner />
          <HoldBanner />
          <main className="main" id="page" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        <StatusBar />
        <PhoneTabs />
      </div>
      <Palette open={palette} onOpenChange={setPalette} onNewSession={openNew} />
      {making ? <NewSession workspaceId={making.workspaceId} onClose={() => setMaking(undefined)} /> : null}
    </>
  );
}
