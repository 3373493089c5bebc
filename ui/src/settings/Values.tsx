// Every value in force with its origin, as `pilothouse config show --origin` prints it.

import { useState } from "react";
import type { Called } from "../app";
import { CopyButton, ErrorState, Icon, Skeleton } from "../components";
import type { ConfigShown } from "../client";
import { originText, valueText } from "./origins";
import { SectionHead } from "./Row";
import { words } from "./words";

export function Values({ config }: { config: Called<ConfigShown> }) {
  const [query, setQuery] = useState("");
  if (config.failure && !config.value) return <ErrorState title={words.loadFailed} error={config.failure} onRetry={config.reload} />;
  if (!config.value) return <Skeleton rows={10} />;
  const wanted = query.trim().toLowerCase();
  const rows = config.value.values.filter((value) => wanted === "" || `${value.key} ${valueText(value.value)} ${value.origin}`.toLowerCase().includes(wanted));
  const text = config.value.values.map((value) => `${value.key} = ${JSON.stringify(value.value)}  # ${value.origin}`).join("\n");
  return (
    <section>
      <SectionHead title={words.values}>
        {words.valuesText} {words.same("pilothouse config show --origin")}
      </SectionHead>
      {config.value.warnings.length > 0 ? (
        <div className="setwarn">
          <h3 className="label">{words.ignored}</h3>
          <ul className="list">
            {config.value.warnings.map((warning) => (
              <li key={`${warning.key}${warning.origin}`}>
                <span className="st s-needs">
                  <Icon name="alert" />
                </span>
                <span>
                  <span className="mono">{warning.key}</span>, {originText(warning.origin, words)}. {warning.why}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="h setvalues__bar">
        <label className="input searchin">
          <Icon name="search" size="s" />
          <span className="unseen">{words.find}</span>
          <input type="search" placeholder={words.find} value={query} spellCheck={false} onChange={(event) => setQuery(event.target.value)} />
        </label>
        <span className="push" />
        <CopyButton text={text} />
      </div>
      <table className="tbl setvalues">
        <thead>
          <tr>
            <th scope="col">{words.valueKey}</th>
            <th scope="col">{words.valueValue}</th>
            <th scope="col">{words.valueOrigin}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((value) => (
            <tr key={value.key}>
              <td className="mono" title={value.key}>
                {value.key}
              </td>
              <td className="mono c2" title={valueText(value.value)}>
                {valueText(value.value)}
              </td>
              <td className="c3" title={value.origin}>
                {originText(value.origin, words)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="t2 c3 setnote">{words.nothingFound}</p> : null}
    </section>
  );
}
