// Added and removed lines; what is none is not said.

import { words } from "./words";

export function Delta({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <>
      {additions > 0 ? (
        <span className="plus">
          +{additions}
          <span className="unseen"> {words.addedLines}</span>
        </span>
      ) : null}
      {deletions > 0 ? (
        <span className="minus">
          −{deletions}
          <span className="unseen"> {words.removedLines}</span>
        </span>
      ) : null}
    </>
  );
}
