// What a message looks like on the screen: title, lines and buttons, in the language of the page.

import type { PushMessage } from "../../client/protocol";
import { askedIn } from "../../model/asks";
import { reasonIn } from "../../model/because";
import { causeIn } from "../../publish/reasons";
import type { Notice } from "./scope";
import { type NoticeWords, table } from "./words";

/** What is kept with a shown notification. */
export interface Kept {
  message: PushMessage;
  /** Landings it stands for. */
  count: number;
}

const ICON = "/icons/icon-192.png";
const BADGE = "/icons/badge-96.png";

export function noticeOf(message: PushMessage, count: number, language: string): { title: string; options: Notice } {
  const words = table(language);
  const { question } = message;
  const asks = message.told === "question" && question !== undefined;
  const actions = asks && question.mayAnswer
    ? [...(question.mayApprove ? [{ action: "approve", title: words.allow }] : []), { action: "deny", title: words.deny }]
    : [];
  return {
    title: titleOf(message, count, words),
    options: {
      body: bodyOf(message, words, language),
      tag: message.tag,
      icon: ICON,
      badge: BADGE,
      // What is only taken back or gathered does not ring again.
      renotify: message.told !== "answered" && count === 1,
      requireInteraction: asks,
      silent: message.told === "answered",
      data: { message, count } satisfies Kept,
      actions,
      lang: language,
    },
  };
}

function titleOf(message: PushMessage, count: number, words: NoticeWords): string {
  const { subject, name } = message;
  switch (message.told) {
    case "question":
      return words.asks(name ?? "Pilothouse");
    case "answered":
      return words.answered[message.detail.split("\n")[0] ?? ""] ?? words.over;
    case "landed":
      return words.landed(count, name ?? "Pilothouse");
    case "reported":
      return words.reported(subject);
    case "job_failed":
      return message.kind === "limit" ? words.limitJob(subject) : words.jobFailed(subject);
    case "came_back":
      return words.cameBack(subject);
    case "parked":
      return words.parked(subject);
    case "job_waits":
      return words.jobWaits(subject);
    case "budget_near":
      return words.budgetNear(subject);
    case "budget_reached":
      return words.budgetReached;
    case "request_failed":
      return words.requestFailed(subject);
    case "waits_for_model":
      return words.waitsForModel;
    case "pushed":
      return words.pushed(subject);
    case "pr_opened":
      return words.prOpened(subject);
    case "pr_by_hand":
      return words.prByHand(subject);
    case "not_published":
      return words.notPublished(subject);
    case "worker_trouble":
      return words.workerTrouble(subject);
    case "test":
      return words.test;
  }
}

/** What it is about: a question by its kind, all else in the words of whoever made it. */
export function subjectIn(language: string, { subject, asks }: Pick<PushMessage, "subject" | "asks">): string {
  return askedIn(language, { summary: subject, asks });
}

/** Its lines, where the first is a sentence of the server's in the language of the device. */
function detailIn(language: string, { detail, because, reason }: PushMessage): string {
  if (language !== "de") return detail;
  const own = because ? reasonIn(language, because) : reason ? causeIn(language, reason) : undefined;
  return own === undefined ? detail : [own, ...detail.split("\n").slice(1)].join("\n");
}

function bodyOf(message: PushMessage, words: NoticeWords, language: string): string {
  const { question, detail } = message;
  const subject = subjectIn(language, message);
  switch (message.told) {
    case "question": {
      const lines = [subject, detail];
      if (question?.verified === false) lines.push(words.notVerified);
      if (question) lines.push(words[question.risk]);
      if (question && !question.mayApprove) lines.push(words.openToRead);
      return lines.filter(Boolean).join("\n");
    }
    case "answered": {
      const by = detail.split("\n")[1];
      return by ? `${subject}\n${words.by(by)}` : subject;
    }
    case "landed":
    case "waits_for_model":
      return subject;
    case "test":
      return words.testText;
    default:
      return detailIn(language, message);
  }
}
