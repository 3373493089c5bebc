// What a question asks and why, in the language of the page. The server gives its kind with the facts and the same as
// an English sentence; what has no kind, or one that this page does not know, keeps the sentence.

import type { Asks, Because } from "../client";
import { type Words, words as pageWords } from "./asks-words";
import { de as german } from "./asks-words.de";
import { revealed } from "../hidden";
import { saidOf } from "./because";

type Of<Kind> = Extract<Asks, { kind: Kind }>;
type Table = { readonly [Kind in Asks["kind"]]: (facts: Of<Kind>) => string };

/** A kind without its words does not compile. */
const sayings = (words: Words): Table => ({
  land: ({ title, branch }) => words.land(title, branch),
  land_main: ({ branch, to, commits }) => words.landMain(branch, to, commits),
  trust: ({ checks, commands }) => (checks === 0 ? words.trustNothing : words.trust(checks, commands)),
  setup_network: ({ command, hosts }) => words.setupNetwork(command, hosts),
  image_build: ({ file, digest }) => words.imageBuild(file, digest),
  job_network: ({ job, target }) => words.jobNetwork(job, target),
  job_command: ({ job, command }) => words.jobCommand(job, command),
  job_write: ({ job, paths }) => words.jobWrite(job, paths),
  bisect: ({ command }) => words.bisect(command),
  local_command: ({ command }) => words.localCommand(command),
  recipe: ({ name }) => words.recipe(name),
  push: ({ branch, remote, over, opens }) => (over ? words.pushOver(branch, remote, over) : opens ? words.pushOpens(branch, remote) : words.push(branch, remote)),
  tool: ({ name }) => words.tool(name),
});

const PAGE = sayings(pageWords);
const GERMAN = sayings(german);

function worded(table: Table, asks: Asks | null | undefined): string | undefined {
  const say = asks ? (table[asks.kind] as ((facts: Asks) => string) | undefined) : undefined;
  return asks ? say?.(asks) : undefined;
}

/** A sentence of the server and what it is made of. */
export interface Asked {
  readonly summary: string;
  readonly asks?: Asks | null | undefined;
}

export function askedOf(asked: Asked): string {
  return revealed(worded(PAGE, asked.asks) ?? asked.summary);
}

/** The same in a language that is not the page's to choose. */
export function askedIn(language: string, asked: Asked): string {
  return revealed((language === "de" ? worded(GERMAN, asked.asks) : undefined) ?? asked.summary);
}

/** Why a question is asked. */
export function whyOf({ why, because, asks }: { readonly why: string; readonly because?: Because | null | undefined; readonly asks?: Asks | null | undefined }): string {
  if (!because && asks?.kind === "image_build") return pageWords.imageWhy(asks.describedBy);
  if (!because && asks?.kind === "tool") return pageWords.toolWhy;
  if (!because && asks?.kind === "local_command") return pageWords.localWhy;
  return revealed(saidOf({ reason: why, because }) ?? why);
}
