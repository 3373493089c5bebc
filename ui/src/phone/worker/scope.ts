// The few parts of a service worker's world that are used here. The library of types for workers cannot stand beside the
// one for pages.

export interface Extendable extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}

export interface FetchAsked extends Extendable {
  readonly request: Request;
  respondWith: (answer: Promise<Response>) => void;
}

export interface Pushed extends Extendable {
  readonly data: { json: () => unknown } | null;
}

export interface Shown {
  readonly tag: string;
  readonly data: unknown;
  close: () => void;
}

export interface Tapped extends Extendable {
  readonly notification: Shown;
  readonly action: string;
}

export interface Page {
  readonly url: string;
  readonly visibilityState: "visible" | "hidden";
  readonly focused: boolean;
  focus: () => Promise<Page>;
  postMessage: (message: unknown) => void;
}

export interface NoticeAction {
  action: string;
  title: string;
}

export interface Notice {
  body: string;
  tag: string;
  icon: string;
  badge: string;
  renotify: boolean;
  requireInteraction: boolean;
  silent: boolean;
  data: unknown;
  actions: NoticeAction[];
  lang: string;
}

export interface Scope {
  readonly location: Location;
  readonly navigator: Navigator & { setAppBadge?: (count: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
  readonly registration: {
    showNotification: (title: string, options: Notice) => Promise<void>;
    getNotifications: (filter: { tag: string }) => Promise<Shown[]>;
    readonly pushManager: PushManager;
  };
  readonly clients: {
    matchAll: (options: { type: "window"; includeUncontrolled: boolean }) => Promise<Page[]>;
    openWindow: (url: string) => Promise<unknown>;
    claim: () => Promise<void>;
  };
  skipWaiting: () => Promise<void>;
  addEventListener: {
    (type: "install" | "activate", listener: (event: Extendable) => void): void;
    (type: "fetch", listener: (event: FetchAsked) => void): void;
    (type: "push", listener: (event: Pushed) => void): void;
    (type: "notificationclick" | "notificationclose", listener: (event: Tapped) => void): void;
    (type: "pushsubscriptionchange", listener: (event: Extendable) => void): void;
    (type: "message", listener: (event: MessageEvent) => void): void;
  };
}
