// The stage of a job in the language of the page. A worker names it by a short fixed text; one that this page does not
// know stands as it was said.

import { words } from "./stage-words";

const SAID: Readonly<Record<string, string>> = {
  preparing: words.preparing,
  "waiting for the container engine": words.engine,
  working: words.working,
  editing: words.editing,
  "taking in what was handed back": words.handedBack,
  validating: words.validating,
  "considering an opinion": words.opinion,
  revising: words.revising,
  "trying the tests alone": words.alone,
  "handing over": words.handing,
};

export function stageText(label: string): string {
  const run = /^run (\d+) of (\d+)$/.exec(label);
  if (run) return words.run(run[1] ?? "", run[2] ?? "");
  const trying = /^trying ([0-9a-f]+)$/.exec(label);
  if (trying) return words.trying(trying[1] ?? "");
  return SAID[label] ?? label;
}
