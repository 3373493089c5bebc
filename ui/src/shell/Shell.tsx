// The window: rail, page, status bar; and what lies over all pages. Three pages stand alone: signing in, pairing and set-up.

import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useCrew, useMay, useModel, useShortcut } from "../app";
import { useShortcutListener } from "../app/shortcuts";
import { Sprite } from "../components";
import { HoldBanner } from "../hold";
import { isLive } from "../model";
import { NewerNote } from "../phone";
import { SignedOutDevice, useDeviceTrouble } from "../pair/SignedOutDevice";
import { PublishHost } from "../publish";
import { Arrival } from "./Arrival";
import { ConnectionBanner } from "./ConnectionBanner";
import { NewSession } from "./NewSession";
import { focused, giveBack } from "./page-focus";
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
  const trouble = useDeviceTrouble();
  const crew = useCrew();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const before = useRef<HTMLElement>(undefined);
  const search = () => {
    // The palette's field takes the focus as it comes up: who had it is known only now.
    if (!palette) before.current = focused();
    setPalette(!palette);
  };
  const [making, setMaking] = useState<{ workspaceId?: string } | undefined>();
  const openNew = (workspaceId?: string) => setMaking(workspaceId === undefined ? {} : { workspaceId });

  useShortcut("palette", search);
  useShortcut("session.new", () => openNew(), useMay("chat"));
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

  const alone = pathname === "/pair" || (pathname === "/first-run" && !signedOut);
  if (signedOut && !alone) {
    return (
      <>
        <Sprite />
        {trouble ? <SignedOutDevice standing={trouble} onRetry={() => crew.retryNow()} /> : <SignedOut />}
      </>
    );
  }
  if (alone) {
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
      <Arrival />
      <div className="app">
        <Rail onSearch={search} onNewSession={openNew} />
        <div className="page">
          <ConnectionBanner />
          <HoldBanner />
          <NewerNote />
          <main className="main" id="page" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        <StatusBar />
        <PhoneTabs />
      </div>
      <Palette open={palette} onOpenChange={setPalette} onClosed={() => giveBack(before.current)} onNewSession={openNew} />
      <PublishHost />
      {making ? <NewSession workspaceId={making.workspaceId} onClose={() => setMaking(undefined)} /> : null}
    </>
  );
}
