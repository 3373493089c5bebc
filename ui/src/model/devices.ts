// Devices and machines in a conversation: who was let in, shut out, or may do something else from now on.

import type { Envelope } from "../client";
import { words } from "./device-words";
import type { NoticeItem } from "./items";
import { nameOf, notice } from "./sentences";

type Told = Extract<Envelope, { type: "device.paired" | "device.revoked" | "device.upgraded" | "node.registered" | "node.allowed" }>;

export function deviceNotice(envelope: Told): NoticeItem {
  switch (envelope.type) {
    case "device.paired":
      return notice(envelope, "shield", "plain", words.paired(envelope.payload.name, nameOf(envelope.payload.by)));
    case "device.revoked":
      return notice(envelope, "stop", "plain", words.revoked(envelope.payload.name, nameOf(envelope.payload.by)));
    case "device.upgraded": {
      const { name, newKey, by } = envelope.payload;
      return notice(envelope, "shield", "plain", newKey ? words.newKey(name) : words.upgraded(name, nameOf(by)));
    }
    case "node.registered":
      return notice(envelope, "box", "plain", words.registered(envelope.payload.name, envelope.payload.hostname));
    case "node.allowed": {
      const { name, services } = envelope.payload;
      const said = services.map((service) => words[service]).join(", ");
      return notice(envelope, "box", "plain", said ? words.allowed(name, said) : words.allowedNothing(name));
    }
  }
}
