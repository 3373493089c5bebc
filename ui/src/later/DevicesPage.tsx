// Pairing devices comes with a later version.

import { LaterPage } from "./LaterPage";

export default function DevicesPage() {
  return (
    <LaterPage
      title="Devices"
      icon="phone"
      lead="Phones and browsers that may talk to this crew"
      will={[
        "Pairing a phone by a picture, with six figures to compare on both screens",
        "What each device may do, when it was last here, and a button that shuts it out",
        "Other machines that lend their workers",
      ]}
      today={[
        { icon: "key", text: <>This browser holds its own cookie. Another one on this machine gets in with <code>pilothouse open</code>.</> },
        { icon: "shield", text: "The server listens on this machine only; nothing reaches it from outside." },
      ]}
    />
  );
}
