import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { CrewProvider } from "../app";
import { type Crew, Store } from "../model";
import { approval, entry } from "../model/events.fixture";
import { type CrewState, EMPTY } from "../model/state";
import { ApprovalFacts } from "../approvals/ApprovalFacts";
import { type Answering, ApprovalBox } from "./ApprovalBox";

afterEach(cleanup);

const DETAILS = { kind: "land", entryId: "e-1", files: 1, risky: [], target: "main_agents", strategy: "cherry_pick", candidate: "c0ffee12" };
const LANDING = approval({ summary: "Land: state the opening hours", details: DETAILS, hash: "0123456789abcdef" });
const ANSWERING = { approve: () => undefined, deny: () => undefined, busy: false, failure: undefined, held: undefined, pending: true, may: true, needsConfirm: false, confirmed: false, confirm: () => undefined } satisfies Answering;

function shown(what: React.ReactNode) {
  const crew = { state: new Store<CrewState>({ ...EMPTY, connection: { state: "live", since: 0 } }) } as unknown as Crew;
  return render(<CrewProvider crew={crew}>{what}</CrewProvider>).container;
}

it("folds what the hash was taken of under its own words, closed, with nothing left out", () => {
  const page = shown(<ApprovalBox approval={LANDING} entry={entry()} review={undefined} answering={ANSWERING} />);
  const exact = page.querySelector("details");
  expect(exact?.open).toBe(false);
  expect(exact?.querySelector("summary")?.textContent).toBe("Exactly what was asked");
  for (const fact of [...Object.keys(DETAILS), "cherry_pick", "c0ffee12", LANDING.hash]) expect(exact?.textContent).toContain(fact);
  const unfolded = page.cloneNode(true) as HTMLElement;
  unfolded.querySelector("details")?.remove();
  expect(unfolded.textContent).not.toMatch(/cherry_pick|entryId|risky/);
  expect(unfolded.textContent).toContain("one commit on top");
  expect(screen.getByText(/holds for exactly this hash/)).toBeTruthy();
});

it("says how a change lands as the question in the conversation does", () => {
  const card = shown(<ApprovalFacts approval={LANDING} />);
  expect(card.textContent).toContain("main_agents, one commit on top");
  expect(card.textContent).not.toContain("cherry-pick");
});
