// What a device is told that is let in no more, or never was. On the computer itself there is a shorter way in, and
// the page says that instead.

import { Button, Icon } from "../components";
import { Logo } from "../shell/Logo";
import { words } from "./words";
import { useStanding } from "./this-device";
import type { Standing } from "../client/device";

/** Whether the page comes from the machine it runs on, where a link of the command line signs one in. */
export function isHere(host: string): boolean {
  return /^(127\.|localhost$|\[::1\]$)/.test(host);
}

/** Whether there is more to say than that this browser is not signed in. */
export function useDeviceTrouble(): Standing | undefined {
  const standing = useStanding();
  if (standing.state === "revoked" || standing.state === "other_server" || standing.state === "cookie_gone") return standing;
  return isHere(location.hostname) || standing.state === "unknown" ? undefined : standing;
}

export function SignedOutDevice({ standing, onRetry }: { standing: Standing; onRetry: () => void }) {
  const [title, text] = textOf(standing);
  return (
    <main className="alone">
      <div className="alone__box" data-testid="signed-out" data-standing={standing.state}>
        <div className="h">
          <Logo size={32} />
          <h1 className="t5">{title}</h1>
        </div>
        <p className="c2" role="alert">
          {text}
        </p>
        {standing.state === "revoked" ? (
          <p className="c2">
            <Icon name="phone" /> {words.revokedNext}
          </p>
        ) : null}
        <div className="h">
          <Button icon="refresh" onClick={onRetry}>
            {words.tryAgain}
          </Button>
        </div>
      </div>
    </main>
  );
}

function textOf(standing: Standing): [title: string, text: string] {
  switch (standing.state) {
    case "revoked":
      return [words.revokedTitle, words.revokedText(standing.device.name)];
    case "other_server":
      return [words.otherTitle, words.otherText];
    case "cookie_gone":
      return [words.goneTitle, words.goneText];
    case "failed":
      return [words.failed, standing.failure.message];
    default:
      return [words.strangerTitle, words.strangerText];
  }
}
