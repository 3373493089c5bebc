// Addresses of the page. What is not needed for the first paint is loaded when it is opened.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, useParams } from "@tanstack/react-router";
import { Suspense, lazy } from "react";
import { PageBar } from "./app";
import { EmptyState, ErrorState, Skeleton } from "./components";
import { ConversationPage } from "./conversation/ConversationPage";
import { Home } from "./shell/Home";
import { Shell } from "./shell/Shell";
import { words } from "./shell/words";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const ReviewPane = lazy(() => import("./review/ReviewPane"));

function ReviewPage() {
  const { reviewId } = useParams({ strict: false });
  return (
    <Suspense fallback={<Skeleton rows={12} />}>
      <ReviewPane reviewId={reviewId ?? ""} compact={false} />
    </Suspense>
  );
}

function NotFound() {
  return (
    <>
      <PageBar title={words.nowhere} />
      <EmptyState icon="search" title={words.nowhereTitle}>
        {words.nowhereText}
      </EmptyState>
    </>
  );
}

/** A page that failed takes only itself down. */
function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <>
      <PageBar title={words.broken} />
      <ErrorState title={words.brokenTitle} error={{ message: error instanceof Error ? error.message : String(error) }} onRetry={reset} />
    </>
  );
}

const routes = [
  createRoute({ getParentRoute: () => root, path: "/", component: Home }),
  createRoute({ getParentRoute: () => root, path: "/w/$workspace/s/$session", component: ConversationPage }),
  createRoute({ getParentRoute: () => root, path: "/queue", component: lazyRouteComponent(() => import("./work/WorkPage")) }),
  createRoute({ getParentRoute: () => root, path: "/queue/$entryId", component: lazyRouteComponent(() => import("./work/EntryPage")) }),
  createRoute({ getParentRoute: () => root, path: "/jobs/$jobId", component: lazyRouteComponent(() => import("./job/JobPage")) }),
  createRoute({ getParentRoute: () => root, path: "/workers/$workerId", component: lazyRouteComponent(() => import("./worker/WorkerPage")) }),
  createRoute({ getParentRoute: () => root, path: "/review/$reviewId", component: ReviewPage }),
  createRoute({ getParentRoute: () => root, path: "/approvals", component: lazyRouteComponent(() => import("./approvals/ApprovalsPage")) }),
  createRoute({ getParentRoute: () => root, path: "/approvals/$approvalId", component: lazyRouteComponent(() => import("./approvals/ApprovalPage")) }),
  createRoute({ getParentRoute: () => root, path: "/terminals", component: lazyRouteComponent(() => import("./terminals/TerminalsPage")) }),
  createRoute({ getParentRoute: () => root, path: "/agents", component: lazyRouteComponent(() => import("./later/AgentsPage")) }),
  createRoute({ getParentRoute: () => root, path: "/devices", component: lazyRouteComponent(() => import("./devices/DevicesPage")) }),
  createRoute({ getParentRoute: () => root, path: "/pair", component: lazyRouteComponent(() => import("./pair/PairPage")) }),
  createRoute({ getParentRoute: () => root, path: "/settings", component: lazyRouteComponent(() => import("./settings/SettingsPage")) }),
  createRoute({ getParentRoute: () => root, path: "/doctor", component: lazyRouteComponent(() => import("./doctor/DoctorPage")) }),
  createRoute({ getParentRoute: () => root, path: "/shortcuts", component: lazyRouteComponent(() => import("./shell/ShortcutsPage")) }),
  createRoute({ getParentRoute: () => root, path: "/first-run", component: lazyRouteComponent(() => import("./first-run/FirstRunPage")) }),
];

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  defaultPendingMs: 150,
  scrollRestoration: false,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
