// In place of a button that the server would refuse: what this device may not do, and the way to be let.

import { Link } from "@tanstack/react-router";
import type { Permission } from "../client";
import { scopesText } from "./scopes";
import { words } from "./words";

export function Lacking({ scope, what }: { scope: Permission; /** What cannot be done, as a sentence. */ what: string }) {
  return (
    <span className="lacking t2 c2" data-testid="lacking" data-scope={scope}>
      {what} {words.lacks(scopesText([scope]))}{" "}
      <Link to="/devices" hash={`ask=${scope}`}>
        {words.askMore}
      </Link>
    </span>
  );
}
