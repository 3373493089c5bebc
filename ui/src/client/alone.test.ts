import { describe, expect, it } from "vitest";

// The client is for every program, so it may need nothing of this page: no framework, and none of the page's own parts.
const sources = import.meta.glob<string>(["./**/*.ts", "!./**/*.test.ts", "!./**/*.fixture.ts"], { query: "?raw", import: "default", eager: true });

/** Tables of words in the language of the browser. It needs nothing itself. */
const WORDS = "../words";

/** What a source needs when it runs; types are gone by then. */
function needs(source: string): string[] {
  const stated = [...source.matchAll(/^(?:import|export)\b(?!\s+type\b)(?:[^;"'`]*?\bfrom)?\s*["']([^"']+)["']/gm)];
  const asked = [...source.matchAll(/\bimport\(\s*["'`]([^"'`]+)/g)];
  return [...stated, ...asked].map(([, name = ""]) => name);
}

/** Where in `src` something leads that a source of the client needs; a package keeps its name. */
function placeOf(file: string, name: string): string {
  return name.startsWith(".") ? new URL(name, `file:///client/${file}`).pathname : name;
}

describe("the client", () => {
  it("needs nothing that is not its own, but for the tables of words", () => {
    expect(Object.keys(sources)).toContain("./gateway/gateway.ts");
    const foreign = Object.entries(sources).flatMap(([file, source]) => {
      const outside = needs(source).filter((name) => !placeOf(file, name).startsWith("/client/"));
      return outside.map((name) => `${file} needs ${name}`);
    });
    expect(foreign).toEqual([`./words.ts needs ${WORDS}`]);
    const words = Object.values(import.meta.glob<string>("../words.ts", { query: "?raw", import: "default", eager: true }));
    expect(words.map(needs)).toEqual([[]]);
  });

  it.each([
    ['import { useState } from "react";', ["react"]],
    ['import {\n  type A,\n  b,\n} from "../model";', ["../model"]],
    ["export * from '../app';", ["../app"]],
    ['import "../styles/app.css";', ["../styles/app.css"]],
    ['const later = () => import("../app");', ["../app"]],
    ['import type { Shelf } from "../model/outbox";\nexport type { A } from "../model";', []],
    ['export const from = "../words";\nexport type Words = typeof en;', []],
  ])("is held to that by how it is written: %j", (source, found) => expect(needs(source)).toEqual(found));
});
