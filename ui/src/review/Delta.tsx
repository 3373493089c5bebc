// Added and removed lines; what is none is not said.

export function Delta({ additions, deletions }: { additions: number; deletions: number }) {
  return (
    <>
      {additions > 0 ? (
        <span className="plus">
          +{additions}
          <span className="unseen"> added</span>
        </span>
      ) : null}
      {deletions > 0 ? (
        <span className="minus">
          −{deletions}
          <span className="unseen"> removed</span>
        </span>
      ) : null}
    </>
  );
}
