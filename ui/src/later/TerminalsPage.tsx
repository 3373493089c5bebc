// Terminals come with a later version.

import { Link } from "@tanstack/react-router";
import { LaterPage } from "./LaterPage";

export default function TerminalsPage() {
  return (
    <LaterPage
      title="Terminals"
      icon="terminal"
      lead="Shells on this machine, also from the phone"
      will={[
        "Several terminals in tabs and beside each other, each open in as many places as you like",
        "Coming back to the same line after a broken connection",
        "Recording, and people who may only watch",
      ]}
      today={[
        { icon: "play", text: <>Commands of the repository run as recipes: write <code>/run</code> and a name in a conversation.</> },
        { icon: "stack", text: <>The output of every job is followed live on its page, from the <Link to="/queue">queue</Link>.</> },
        { icon: "terminal", text: <>The crew itself listens in your own terminal: <code>pilothouse ask</code>, <code>status</code>, <code>approve</code>.</> },
      ]}
    />
  );
}
