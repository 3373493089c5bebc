// The head of a file in the diff: path, change, flags, fold, viewed, copy.

import { memo } from "react";
import { CopyButton, Icon, Path, Tag } from "../components";
import { Delta } from "./Delta";
import { type Review, type ReviewFile, patchText } from "./files";
import { words } from "./words";

const STATUS: Partial<Record<ReviewFile["status"], string>> = {
  added: words.added,
  deleted: words.deleted,
  renamed: words.renamedTag,
  copied: words.copiedTag,
  type_changed: words.typeTag,
};

export const FileHead = memo(function FileHead({
  file,
  review,
  closed,
  viewed,
  level,
  onClose,
  onViewed,
}: {
  file: ReviewFile;
  review: Review;
  closed: boolean;
  viewed: boolean;
  level: 2 | 3;
  onClose: (index: number) => void;
  onViewed: (path: string) => void;
}) {
  const status = STATUS[file.status];
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <div className={`dfile${file.index > 0 ? " dfile--next" : ""}`}>
      <button
        type="button"
        className="dfold"
        aria-expanded={!closed}
        aria-label={`${closed ? words.openFile : words.closeFile}: ${file.path}`}
        onClick={() => onClose(file.index)}
      >
        <Icon name={closed ? "right" : "down"} />
      </button>
      <Heading className="dfile__name trunc">
        <Path path={file.path} />
      </Heading>
      {status ? <Tag>{status}</Tag> : null}
      {file.risky ? (
        <span className="st s-needs" title={words.riskyFile(file.risky)}>
          <Icon name="alert" size="s" />
          <span className="hide-narrow">{file.risky}</span>
        </span>
      ) : null}
      <span className="push h dfile__end">
        <Delta additions={file.additions} deletions={file.deletions} />
        {file.patch ? <CopyButton icon text={patchText(review, file)} label={words.copyFilePatch} /> : null}
        <label className="h h--1 t2 c2 dviewed">
          <input type="checkbox" className="boxin" checked={viewed} onChange={() => onViewed(file.path)} />
          <span className="hide-narrow">{words.viewed}</span>
          <span className="unseen">{file.path}</span>
        </label>
      </span>
    </div>
  );
});

export function noteText(file: ReviewFile, note: string): string {
  switch (note) {
    case "binary":
      return words.binary;
    case "mode": {
      if (!file.modeChange) return words.typeChanged;
      const text = words.mode(file.modeChange.from, file.modeChange.to);
      return file.modeChange.to.endsWith("755") ? `${text} ${words.modeExec}` : text;
    }
    case "renamed":
      return words.renamed(file.oldPath ?? "");
    case "copied":
      return words.copied(file.oldPath ?? "");
    case "emptied":
      return words.emptied;
    case "cut":
      return words.cut;
    default:
      return words.missing;
  }
}
