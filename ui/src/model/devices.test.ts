import { describe, expect, it } from "vitest";
import { event } from "./events.fixture";
import { TimelineReducer } from "./timeline";

const id = "d-1" as never;

describe("devices in a conversation", () => {
  it("are told of when they come, go, or may do something else", () => {
    const reducer = new TimelineReducer();
    reducer.apply(event("device.paired", { id, name: "Pixel", kind: "phone", role: "member", scopes: ["read"], by: "owner" }));
    reducer.apply(event("device.renamed", { id, name: "Phone", was: "Pixel", by: "owner" }));
    reducer.apply(event("device.upgraded", { id, name: "Phone", role: "member", scopes: ["read", "chat"], newKey: false, by: "MacBook" }));
    reducer.apply(event("node.registered", { id, name: "forge", hostname: "forge" }));
    reducer.apply(event("node.allowed", { id, name: "forge", services: ["terminals", "recipes"], by: "owner" }));
    reducer.apply(event("device.revoked", { id, name: "Phone", by: "owner" }));
    expect(reducer.items().map((item) => (item.kind === "notice" ? item.text : item.kind))).toEqual([
      "Pixel was let in",
      "What Phone may do was changed by MacBook",
      "The machine forge is there",
      "The machine forge lends: terminals, recipes",
      "Phone was shut out",
    ]);
  });

  it("has nothing of terminals, which have a page", () => {
    const reducer = new TimelineReducer();
    reducer.apply(event("terminal.session.started", { id: "t-1" as never, name: "build", by: "owner" }));
    reducer.apply(event("terminal.session.ended", { id: "t-1" as never, name: "build", state: "exited", exitCode: 0 }));
    expect(reducer.items()).toEqual([]);
  });
});
