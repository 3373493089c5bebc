// What a message on the screen leads to: an answer, the page it is about, or nothing. Every tap has an end that is
// told: taken, too late, or not sent.

import type { PushMessage, PushOutcome } from "../../client/protocol";
import { type Kept, noticeOf, subjectIn } from "./notice";
import type { Notice, Page, Scope, Shown } from "./scope";
import { table } from "./words";

/** Longest time the server is waited for when a notification is tapped. */
const PATIENCE_MS = 15_000;

export interface ToldParts {
  scope: Pick<Scope, "registration" | "clients" | "navigator">;
  fetch: typeof fetch;
  language: string;
  /** Browsers that end a subscription which shows nothing. */
  mustShow: boolean;
}

export class ToldHere {
  readonly #parts: ToldParts;

  constructor(parts: ToldParts) {
    this.#parts = parts;
  }

  /** A message came. A page in sight says it itself. */
  async came(message: PushMessage): Promise<void> {
    const { scope, language, mustShow } = this.#parts;
    await this.#badge(message.waiting);
    const pages = await this.#pages();
    const inSight = pages.some((page) => page.visibilityState === "visible" && page.focused);
    for (const page of pages) page.postMessage({ type: "told", id: message.id });
    if (inSight && !mustShow && message.told !== "test") return this.#became(message.id, "in_page");
    const before = await scope.registration.getNotifications({ tag: message.tag });
    const count = message.told === "landed" ? 1 + before.reduce((most, one) => Math.max(most, kept(one)?.count ?? 0), 0) : 1;
    const { title, options } = noticeOf(message, count, language);
    await scope.registration.showNotification(title, options);
    await this.#became(message.id, "shown");
  }

  async tapped(shown: Shown, action: string): Promise<void> {
    const held = kept(shown);
    shown.close();
    if (!held) return this.#open("/");
    const { message } = held;
    if ((action === "approve" || action === "deny") && message.question) return this.#answer(message, action);
    await Promise.all([this.#open(message.page), this.#became(message.id, "opened")]);
  }

  async dismissed(shown: Shown): Promise<void> {
    const held = kept(shown);
    if (held) await this.#became(held.message.id, "dismissed");
  }

  /** Under one key for each button, so that two taps are one answer. */
  async #answer(message: PushMessage, decision: "approve" | "deny"): Promise<void> {
    const { question } = message;
    if (!question) return;
    const words = table(this.#parts.language);
    const subject = subjectIn(this.#parts.language, message);
    const params = { approvalId: question.id, decision, hash: question.hash };
    const answer = await this.#call("approval.answer", params, `${message.id}:${decision}`);
    if (answer?.ok) {
      await this.#say(message, decision === "approve" ? words.allowed : words.denied, subject);
      return this.#became(message.id, decision === "approve" ? "approved" : "denied");
    }
    const body: unknown = await answer?.json().catch(() => undefined);
    const { code, message: why } = (body ?? {}) as { code?: unknown; message?: unknown };
    if (code === "already_resolved" || code === "stale" || code === "not_found") {
      await this.#say(message, words.late, typeof why === "string" ? why : subject);
      return this.#became(message.id, "too_late");
    }
    // The question still waits: it is said, and the way to it is opened where the system lets us.
    await this.#say(message, words.notSent, `${subject}\n${words.notSentText}`);
    await this.#became(message.id, "not_answered");
    await this.#open(message.page).catch(() => undefined);
  }

  async #say(message: PushMessage, title: string, body: string): Promise<void> {
    const { options } = noticeOf(message, 1, this.#parts.language);
    const said: Notice = { ...options, body, actions: [], requireInteraction: false, silent: true, renotify: false };
    // A tap on it opens the question; it answers nothing any more.
    said.data = { message: withoutQuestion(message), count: 1 } satisfies Kept;
    await this.#parts.scope.registration.showNotification(title, said);
  }

  async #open(page: string): Promise<void> {
    const { clients } = this.#parts.scope;
    const open = (await this.#pages())[0];
    if (!open) return void (await clients.openWindow(page));
    open.postMessage({ type: "open", page });
    await open.focus().catch(() => undefined);
  }

  #pages(): Promise<Page[]> {
    return this.#parts.scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  }

  async #badge(waiting: number): Promise<void> {
    const { navigator } = this.#parts.scope;
    await (waiting > 0 ? navigator.setAppBadge?.(waiting) : navigator.clearAppBadge?.())?.catch(() => undefined);
  }

  /** For the ledger. Without a line, or signed out, nobody can say more than that it was sent. */
  async #became(id: string, outcome: PushOutcome): Promise<void> {
    await this.#call("notifications.became", { id, outcome }, `${id}:${outcome}`);
  }

  async #call(method: string, params: object, key: string): Promise<Response | undefined> {
    try {
      return await this.#parts.fetch(`/v1/rpc/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", "idempotency-key": key },
        credentials: "same-origin",
        body: JSON.stringify(params),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch {
      return undefined;
    }
  }
}

function withoutQuestion(message: PushMessage): PushMessage {
  const { question: _, ...rest } = message;
  return rest;
}

function kept(shown: Shown): Kept | undefined {
  const data = shown.data as Partial<Kept> | null | undefined;
  return data?.message && typeof data.message.page === "string" ? { message: data.message, count: data.count ?? 1 } : undefined;
}

/** A message that was decrypted is ours; one of a newer server may still be none that this page knows. */
export function readMessage(data: unknown): PushMessage | undefined {
  const one = data as Partial<PushMessage> | null | undefined;
  const whole = [one?.id, one?.tag, one?.told, one?.subject, one?.detail, one?.page].every((text) => typeof text === "string");
  // A page of ours, and nothing else, is what a tap opens.
  return whole && /^\/(?![/\\])/.test(one?.page ?? "") ? (one as PushMessage) : undefined;
}
