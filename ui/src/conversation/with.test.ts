import { expect, it } from "vitest";
import { matching } from "./commands";
import { backendsOf, namedIn, takingWork, withName } from "./with";

const HERE = ["native", "codex"];

it("a name goes in front of the task and off again, and the task stays", () => {
  expect(withName("fix it", "codex", HERE)).toBe("/with codex fix it");
  expect(withName("/with codex fix it", "native", HERE)).toBe("/with native fix it");
  expect(withName("/with codex fix\nit", "", HERE)).toBe("fix\nit");
  expect(namedIn("/with nobody fix it", HERE)).toEqual({ name: "", task: "/with nobody fix it" });
});

it("only what online workers can start is offered", () => {
  const workers = [
    { isOnline: true, capabilities: { backends: ["deterministic", "native", "codex"] } },
    { isOnline: false, capabilities: { backends: ["claude"] } },
    { isOnline: true, capabilities: null },
    { isOnline: true, capabilities: { backends: "all" } },
  ];
  expect(backendsOf(workers)).toEqual(HERE);
});

it("names complete after the command", () => {
  const offered = (text: string) => matching(text, undefined, HERE).map((one) => one.name);
  expect(offered("/with ")).toEqual(["/with native", "/with codex"]);
  expect(offered("/with co")).toEqual(["/with codex"]);
  expect(offered("/with codex ")).toEqual([]);
});

it("a message can be for one worker that is online and takes jobs", () => {
  const drain = { by: "you", since: "" };
  const workers = [
    { workerId: "w-1", isOnline: true },
    { workerId: "w-2", isOnline: true, drain },
    { workerId: "w-3", isOnline: false },
    { workerId: "w-4", isOnline: true },
  ];
  expect(takingWork(workers)).toEqual(["w-1", "w-4"]);
});
