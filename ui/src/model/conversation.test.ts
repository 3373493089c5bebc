import { describe, expect, it } from "vitest";
import type { Call, Delivered } from "../client";
import { Conversation } from "./conversation";
import { event } from "./events.fixture";

/** A log of so many messages, read page by page; `breathe` waits until it is let go. */
function world(count: number) {
  const log: Delivered[] = Array.from({ length: count }, (_, n) => event("message", { text: `message ${n + 1}` }, { cursor: n + 1, id: `m-${n + 1}`, from: "user" }));
  const held: Array<() => void> = [];
  const call = (async (_: string, { before, limit = 200 }: { before?: number; limit?: number }) => {
    const own = log.filter((one) => before === undefined || one.cursor < before);
    return { events: own.slice(-limit), latest: count, more: own.length > limit };
  }) as unknown as Call;
  const conversation = new Conversation("dev", call, () => undefined, () => new Promise((resolve) => held.push(resolve)));
  const texts = () => conversation.state.get().items.map((item) => ("text" in item ? item.text : item.kind));
  return { conversation, held, texts };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

async function letGo(held: Array<() => void>): Promise<void> {
  await settled();
  while (held.length > 0) {
    held.shift()?.();
    await settled();
  }
}

async function readBack(conversation: Conversation, held: Array<() => void>, pages: number): Promise<void> {
  for (let page = 0; page < pages; page += 1) {
    const older = conversation.older();
    await letGo(held);
    await older;
  }
}

describe("a conversation", () => {
  it("keeps an answer that is being written when older messages come before it", async () => {
    const { conversation, held, texts } = world(400);
    await conversation.open();
    conversation.delta("r-1", "half an ", "2026-01-01T00:00:00Z");
    const older = conversation.older();
    await letGo(held);
    await older;
    conversation.delta("r-1", "answer", "2026-01-01T00:00:01Z");
    expect(texts()).toHaveLength(401);
    expect(texts().at(-1)).toBe("half an answer");
  });

  it("stays as it is while a long log is told again, and misses nothing that comes meanwhile", async () => {
    const { conversation, held, texts } = world(2600);
    await conversation.open();
    await readBack(conversation, held, 3);
    const shown = texts().length;
    const older = conversation.older();
    await settled();
    expect(held).toHaveLength(1);
    expect(texts()).toHaveLength(shown);
    conversation.receive([event("message", { text: "while it was told" }, { cursor: 9000, from: "user" })]);
    await letGo(held);
    await older;
    expect(texts()).toHaveLength(shown + 501);
    expect(texts().at(-1)).toBe("while it was told");
  });

  it("lets a telling go that was overtaken by a new beginning", async () => {
    const { conversation, held, texts } = world(2600);
    await conversation.open();
    await readBack(conversation, held, 3);
    const older = conversation.older();
    await settled();
    const again = conversation.reopen();
    await letGo(held);
    await Promise.all([older, again]);
    expect(texts().at(-1)).toBe("message 2600");
    expect(new Set(texts()).size).toBe(texts().length);
  });
});
