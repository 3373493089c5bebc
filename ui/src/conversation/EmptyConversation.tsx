// A session nothing was said in: what could be said, with what this repository really offers.

import { Link } from "@tanstack/react-router";
import { useModel } from "../app";
import { Button, State } from "../components";
import type { Workspace } from "../client";
import { words } from "./words";

export function EmptyConversation({
  workspace,
  onCompose,
  onSend,
}: {
  workspace: Workspace | undefined;
  onCompose: (text: string) => void;
  onSend: (text: string) => void;
}) {
  const modelReady = useModel((state) => state.status.value?.modelReady ?? false);
  const checks = workspace?.checks;
  const steps: Array<[label: string, command: string, run: boolean]> = [
    ["How does it stand?", "/status", true],
    ...(checks?.testRunner ? ([["Run the tests", "/test", true]] as Array<[string, string, boolean]>) : []),
    ["Replace text in files", "/replace ", false],
    ["Add a line to a file", "/append README.md ", false],
    ...(checks?.formatter ? ([["Format the code", "/format", false]] as Array<[string, string, boolean]>) : []),
  ];
  return (
    <div className="blank">
      <h2 className="t4">{words.emptyTitle}</h2>
      <p className="c2">{words.emptyText}</p>
      <ul className="blank__steps">
        {steps.map(([label, command, run]) => (
          <li key={command}>
            <Button onClick={() => (run ? onSend(command) : onCompose(command))}>
              {label} <span className="mono c3">{command.trim()}</span>
            </Button>
          </li>
        ))}
      </ul>
      {workspace && !checks?.confirmed ? (
        <p className="t2">
          <State kind="needs">Nothing can land yet:</State>{" "}
          {checks && checks.checks.length > 0 ? "the checks of this repository are not confirmed." : "this repository has no checks."}{" "}
          <Link to="/first-run" search={{ workspace: workspace.id }}>
            Look at them
          </Link>
        </p>
      ) : null}
      {modelReady ? null : (
        <p className="t2 c2">
          No model is connected. What is listed above works without one; <Link to="/settings">connect a model</Link> for everything else.
        </p>
      )}
    </div>
  );
}
