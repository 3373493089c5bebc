// Pairing devices comes with a later version.

import { LaterPage } from "./LaterPage";
import { words } from "./words";

export default function DevicesPage() {
  return (
    <LaterPage
      title={words.devices}
      icon="phone"
      lead={words.devicesLead}
      will={[words.devices1, words.devices2, words.devices3]}
      today={[
        { icon: "key", text: <>{words.devicesCookie} <code>pilothouse open</code></> },
        { icon: "shield", text: words.devicesLocal },
      ]}
    />
  );
}
