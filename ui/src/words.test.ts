import { afterEach, describe, expect, it } from "vitest";
import { chooseLocale, defineWords, pseudo } from "./words";

afterEach(() => localStorage.clear());

const table = () => defineWords({ send: "Send", queue: (n: number) => `${n} in queue` }, { de: { send: "Senden" } });

describe("words", () => {
  it("are English unless something else was chosen", () => {
    expect(table().send).toBe("Send");
    expect(table().queue(3)).toBe("3 in queue");
  });

  it("fall back to English where a language has no word yet", () => {
    chooseLocale("de");
    expect(table().send).toBe("Senden");
    expect(table().queue(3)).toBe("3 in queue");
  });

  it("can be made visibly foreign, to find text nobody made translatable", () => {
    chooseLocale("pseudo");
    expect(table().send).toBe("[Séñd~~]");
    expect(table().queue(3)).toBe(pseudo("3 in queue"));
  });
});
