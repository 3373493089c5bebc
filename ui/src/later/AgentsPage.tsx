// Talking to single agents comes with a later version.

import { Link } from "@tanstack/react-router";
import { LaterPage } from "./LaterPage";
import { words } from "./words";

export default function AgentsPage() {
  return (
    <LaterPage
      title={words.agents}
      icon="helm"
      lead={words.agentsLead}
      will={[words.agents1, words.agents2, words.agents3]}
      today={[
        { icon: "chat", text: words.agentsCrew },
        { icon: "chip", text: <>{words.agentsModels} <Link to="/settings">{words.settings}</Link></> },
        { icon: "gauge", text: <>{words.agentsDoctor} <Link to="/doctor">{words.doctor}</Link></> },
      ]}
    />
  );
}
