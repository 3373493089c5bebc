// What a rule or a profile says, as a word with a sign.

import { Icon, type IconName } from "../components";
import type { Effect } from "../client";
import { words } from "./words";

const LOOK: Record<Effect, { icon: IconName; tone: string }> = {
  allow: { icon: "check", tone: "s-passed" },
  ask: { icon: "ask", tone: "s-needs" },
  deny: { icon: "stop", tone: "s-failed" },
};

export function EffectMark({ effect }: { effect: Effect }) {
  const { icon, tone } = LOOK[effect];
  return (
    <span className={`st policy__effect ${tone}`}>
      <Icon name={icon} size="s" />
      <span className="t2">{words[effect]}</span>
    </span>
  );
}
