// A session nothing was said in: what could be said, with what this repository really offers.

import { Link } from "@tanstack/react-router";
import { useMay, useModel } from "../app";
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
  const mayChat = useMay("chat");
  const checks = workspace?.checks;
  const steps: Array<[label: string, command: string, run: boolean]> = [
    [words.ideaStatus, "/status", true],
    ...(checks?.testRunner ? ([[words.ideaTest, "/test", true]] as Array<[string, string, boolean]>) : []),
    [words.ideaReplace, "/replace ", false],
    [words.ideaAppend, "/append README.md ", false],
    ...(checks?.formatter ? ([[words.ideaFormat, "/format", false]] as Array<[string, string, boolean]>) : []),
  ];
  if (!mayChat) {
    return (
      <div className="blank">
        <p className="c2">{words.nothingSaid}</p>
      </div>
    );
  }
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
          <State kind="needs">{words.cannotLand}</State>{" "}
          {checks && checks.checks.length > 0 ? words.checksUnconfirmed : words.checksNone}{" "}
          <Link to="/first-run" search={{ workspace: workspace.id }}>
            {words.lookAtThem}
          </Link>
        </p>
      ) : null}
      {modelReady ? null : (
        <p className="t2 c2">
          {words.noModel} <Link to="/settings">{words.connectModel}</Link>
        </p>
      )}
    </div>
  );
}
