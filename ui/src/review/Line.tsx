// One line of a diff, in both layouts. Drawn thousands of times while scrolling: no state, no effects.

import { memo } from "react";
import type { Colours } from "./colour";
import { MAX_SHOWN, segments } from "./segments";
import type { DiffLine, Hunk } from "./unified";
import { words } from "./words";

const MARK = { context: "", add: "+", del: "−" } as const;
const SIDE = { context: "", add: "a", del: "d" } as const;

/** The text of a line: colours, word marks, named invisible characters. */
const Code = memo(function Code({
  path,
  hunk,
  line,
  mate,
  colours,
}: {
  path: string;
  hunk: Hunk;
  line: DiffLine;
  mate: DiffLine | null;
  colours: Colours;
}) {
  const parts = segments(line.text, colours.tokensOf(path, hunk, line), colours.marksOf(line, mate));
  return (
    <code className="dcode">
      {parts.map((part, index) => {
        const text = part.hidden ? (
          <span className="dhidden" title={words.hidden(part.hidden)}>
            {part.hidden}
          </span>
        ) : (
          part.text
        );
        const coloured = part.as ? <span className={part.as}>{text}</span> : text;
        // Parts of one line never move, so their place is their key.
        const key = String(index);
        return part.marked ? <mark key={key}>{coloured}</mark> : <span key={key}>{coloured}</span>;
      })}
      {line.text.length > MAX_SHOWN ? <span className="dmore">{words.moreCharacters(line.text.length - MAX_SHOWN)}</span> : null}
      {line.cr && line.kind !== "context" && mate && !mate.cr ? <span className="dnote">{words.crlf}</span> : null}
      {line.noNewline ? <span className="dnote">{words.noNewline}</span> : null}
    </code>
  );
});

export const UnifiedLine = memo(function UnifiedLine(props: {
  path: string;
  hunk: Hunk;
  line: DiffLine;
  mate: DiffLine | null;
  colours: Colours;
}) {
  const { line } = props;
  return (
    <div className={`dl ${SIDE[line.kind]}`}>
      <i>{line.oldNo || ""}</i>
      <i>{line.newNo || ""}</i>
      <b>{MARK[line.kind]}</b>
      <span>
        <Code {...props} />
      </span>
    </div>
  );
});

export const SplitLine = memo(function SplitLine({
  path,
  hunk,
  old,
  fresh,
  alike,
  colours,
}: {
  path: string;
  hunk: Hunk;
  old: DiffLine | null;
  fresh: DiffLine | null;
  alike: boolean;
  colours: Colours;
}) {
  return (
    <div className="split">
      <Half path={path} hunk={hunk} line={old} mate={alike ? fresh : null} colours={colours} side="old" />
      <Half path={path} hunk={hunk} line={fresh} mate={alike ? old : null} colours={colours} side="new" />
    </div>
  );
});

function Half({
  path,
  hunk,
  line,
  mate,
  colours,
  side,
}: {
  path: string;
  hunk: Hunk;
  line: DiffLine | null;
  mate: DiffLine | null;
  colours: Colours;
  side: "old" | "new";
}) {
  if (!line) return <div className="dl e" />;
  return (
    <div className={`dl ${SIDE[line.kind]}`}>
      <i>{(side === "old" ? line.oldNo : line.newNo) || ""}</i>
      <b>{MARK[line.kind]}</b>
      <span>
        <Code path={path} hunk={hunk} line={line} mate={mate} colours={colours} />
      </span>
    </div>
  );
}
