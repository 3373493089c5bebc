// The canonical payload of an approval, whole: what the hash was taken of, nothing left out, nothing pretty.

import type { JsonValue } from "../client";
import { argvText } from "../components";

export function Payload({ value }: { value: JsonValue }) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return <Plain value={value} />;
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
  if (typeof value === "string") return <span className="mono">{value === "" ? "\"\"" : value}</span>;
  if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")) {
    const words = value as string[];
    if (name === "argv" || name === "run" || name === "command") return <span className="mono">{argvText(words)}</span>;
    return (
      <ul className="payload__list">
        {words.map((each) => (
          <li key={each} className="mono">
            {each}
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === "object" && value !== null) return <pre className="payload__json mono">{JSON.stringify(value, null, 2)}</pre>;
  return <span className="mono">{String(value)}</span>;
}
