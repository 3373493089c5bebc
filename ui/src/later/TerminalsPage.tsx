// Terminals come with a later version.

import { Link } from "@tanstack/react-router";
import { LaterPage } from "./LaterPage";
import { words } from "./words";

export default function TerminalsPage() {
  return (
    <LaterPage
      title={words.terminals}
      icon="terminal"
      lead={words.terminalsLead}
      will={[words.terminals1, words.terminals2, words.terminals3]}
      today={[
        { icon: "play", text: <>{words.terminalsRecipes} <code>/run NAME</code></> },
        { icon: "stack", text: <>{words.terminalsOutput} <Link to="/queue">{words.queue}</Link></> },
        { icon: "terminal", text: <>{words.terminalsOwn} <code>pilothouse ask</code>, <code>status</code>, <code>approve</code></> },
      ]}
    />
  );
}
