import { expect, it } from "vitest";
import type { DoctorLine } from "../client";
import { countFindings, fixCommand, groupLines, reportText } from "./report";

const line = (id: string, finding: DoctorLine["finding"] = "ok", fix?: string): DoctorLine => ({ id, title: id, finding, detail: "detail", ...(fix ? { fix } : {}) });

it("lines stand in groups of their subject, unknown ones last", () => {
  const groups = groupLines([line("surprise"), line("storage.wal"), line("git.version"), line("git.repo"), line("sandbox.bwrap")]);
  expect(groups.map((g) => [g.name, g.lines.length])).toEqual([["Git", 2], ["Sandbox", 1], ["Storage", 1], ["Other", 1]]);
});

it("findings are counted", () => {
  expect(countFindings([line("a"), line("b", "warning"), line("c", "problem"), line("d")])).toEqual({ ok: 2, warning: 1, problem: 1 });
});

it("a fix is a command only when it reads like one", () => {
  expect(fixCommand("Install it with `sudo apt install bubblewrap`.")).toBe("sudo apt install bubblewrap");
  expect(fixCommand("apt install git")).toBe("apt install git");
  expect(fixCommand("Free some space on the disk.")).toBeNull();
});

it("the report reads as text with each fix under its line", () => {
  const text = reportText({ ok: false, lines: [line("git"), line("sandbox", "problem", "apt install bubblewrap")] }, "0.1.0", "2026-03-01 14:12");
  expect(text).toBe(
    "Pilothouse 0.1.0 doctor, 2026-03-01 14:12\n\nok       git: detail\nproblem  sandbox: detail\n         fix: apt install bubblewrap\n",
  );
});
