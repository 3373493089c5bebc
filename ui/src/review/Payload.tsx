// The canonical payload of an approval, whole: what the hash was taken of, nothing left out, nothing pretty.

import type { JsonValue } from "../client";
import { argvText, revealedAll } from "../components";

type Fields = { readonly [key: string]: JsonValue | undefined };

export function Payload({ value: given }: { value: JsonValue }) {
  const value = revealedAll(given);
  if (!isFields(value)) return <Plain value={value} />;
  return (
    <dl className="payload">
      {Object.entries(value).map(([key, each]) => (
        <div key={key} className="payload__row">
          <dt>{key}</dt>
          <dd>
            <Plain value={each ?? null} name={key} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Plain({ value, name }: { value: JsonValue; name?: string }) {
  if (typeof value === "string") return <span className="mono">{value === "" ? '""' : value}</span>;
  if (Array.isArray(value) && value.length > 0) {
    if (value.every((each) => typeof each === "string")) {
      if (name === "argv" || name === "run" || name === "command") return <span className="mono">{argvText(value as string[])}</span>;
      return <Lines lines={value as string[]} />;
    }
    // Rows of small records, such as a path with its old and new blob: one line each.
    if (value.every((each) => isFields(each) && Object.values(each).every((part) => typeof part !== "object" || part === null))) {
      return <Lines lines={(value as Fields[]).map((each) => Object.values(each).map((part) => (part === null ? "none" : String(part))).join("  "))} />;
    }
  }
  if (typeof value === "object" && value !== null) return <pre className="payload__json mono">{JSON.stringify(value, null, 2)}</pre>;
  return <span className="mono">{String(value)}</span>;
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="payload__list">
      {lines.map((line) => (
        <li key={line} className="mono">
          {line}
        </li>
      ))}
    </ul>
  );
}

function isFields(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
