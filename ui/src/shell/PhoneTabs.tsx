// The bottom bar of the phone, in place of rail and status bar.

import { Link, useLocation } from "@tanstack/react-router";
import { useModel } from "../app";
import { Icon, type IconName } from "../components";
import { words } from "./words";

const TABS: ReadonlyArray<{ to: "/" | "/approvals" | "/queue" | "/terminals"; icon: IconName; label: string; own: RegExp }> = [
  { to: "/", icon: "chat", label: words.chat, own: /^\/(w\/|$|sessions)/ },
  { to: "/approvals", icon: "needs", label: words.approvals, own: /^\/(approvals|review)/ },
  { to: "/queue", icon: "stack", label: words.work, own: /^\/(queue|jobs)/ },
  { to: "/terminals", icon: "terminal", label: words.terminals, own: /^\/terminals/ },
];

export function PhoneTabs() {
  const { pathname } = useLocation();
  const asks = useModel((state) => state.approvals.value?.filter((one) => one.state === "pending").length ?? 0);
  const open = useModel((state) => state.approvals.value?.some((one) => one.state === "pending" && pathname === `/approvals/${one.id}`) ?? false);
  // A question that waits has the foot of the screen to itself: its buttons are where the thumb is, and nothing is near.
  if (open) return null;
  return (
    <nav className="phone__tabs only-phone" aria-label={words.main}>
      {TABS.map((tab) => {
        const on = tab.own.test(pathname);
        return (
          <Link key={tab.to} to={tab.to} className={on ? "on" : ""} aria-current={on ? "page" : undefined}>
            <Icon name={tab.icon} />
            {tab.label}
            {tab.to === "/approvals" && asks > 0 ? (
              <span className="n">
                {asks}
                <span className="unseen"> {words.waitingForYou}</span>
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}
