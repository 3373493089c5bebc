// Every key there is: those of the page, which can be changed, and those of the review.

import { Link } from "@tanstack/react-router";
import { useShortcuts } from "../app";
import { Kbd } from "../components";
import { REVIEW_KEYS, type ReviewKey } from "../review/keys";
import { words as reviewWords } from "../review/words";
import { SectionHead } from "./Row";
import { words } from "./words";

const DOES: Record<ReviewKey, string> = {
  "file.next": reviewWords.nextFile,
  "file.previous": reviewWords.nextFile,
  "hunk.next": reviewWords.nextHunk,
  "hunk.previous": reviewWords.nextHunk,
  unified: reviewWords.keyUnified,
  split: reviewWords.keySplit,
  viewed: reviewWords.keyViewed,
  fold: reviewWords.keyFold,
  approval: reviewWords.keyApproval,
  filter: reviewWords.keyFilter,
};

/** One row per meaning, with all its keys. */
function reviewRows(): { label: string; keys: string[] }[] {
  const rows = new Map<string, string[]>();
  for (const { keys, does } of REVIEW_KEYS) {
    const label = DOES[does];
    rows.set(label, [...(rows.get(label) ?? []), keys]);
  }
  return [...rows].map(([label, keys]) => ({ label, keys }));
}

export function Shortcuts() {
  const shortcuts = useShortcuts();
  return (
    <section>
      <SectionHead title={words.shortcuts}>{words.shortcutsText}</SectionHead>
      <div className="keycols">
        <div>
          <div className="h keycols__head">
            <h3 className="label">{words.pageKeys}</h3>
            <Link to="/shortcuts" className="btn btn--s push">
              {words.changeKeys}
            </Link>
          </div>
          <ul>
            {shortcuts.map((shortcut) => (
              <li key={shortcut.id} className="h t2 keyrow">
                <span className="grow">{shortcut.label}</span>
                <Kbd keys={shortcut.keys} />
              </li>
            ))}
          </ul>
        </div>
        <div>
          <div className="h keycols__head">
            <h3 className="label">{words.reviewKeys}</h3>
          </div>
          <ul>
            {reviewRows().map((row) => (
              <li key={row.label} className="h t2 keyrow">
                <span className="grow">{row.label}</span>
                {row.keys.map((key) => (
                  <Kbd key={key} keys={key} />
                ))}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}
