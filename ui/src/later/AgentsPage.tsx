// Talking to single agents comes with a later version.

import { Link } from "@tanstack/react-router";
import { LaterPage } from "./LaterPage";

export default function AgentsPage() {
  return (
    <LaterPage
      title="Agents"
      icon="helm"
      lead="Direct conversations with one coding agent"
      will={[
        "Threads with Codex, Claude Code and others that are installed here, with every step they take",
        "Their questions as approvals of ours, answered anywhere, once",
        "The same sandbox and the same landing as any job",
      ]}
      today={[
        { icon: "chat", text: "The built-in crew: write what you want in a conversation; it plans, works, checks and lands." },
        { icon: "chip", text: <>Which models it may use is chosen in <Link to="/settings">settings</Link>.</> },
        { icon: "gauge", text: <>The <Link to="/doctor">doctor</Link> says what was found on this machine.</> },
      ]}
    />
  );
}
