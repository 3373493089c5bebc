// What the page knows and can do, free of React.

export { Conversation, type ConversationState } from "./conversation";
export { askedOf, whyOf } from "./asks";
export { amountOf, MINUTE_MS, moneyOf } from "./amounts";
export { Crew, type CrewParts } from "./crew";
export { type DryRunSeen, DryRunWatch, isOver } from "./dry-run";
export * from "./items";
export { hasEnded } from "./jobs";
export { arrived, begun, broken, type Loaded, NOTHING } from "./loaded";
export { newer } from "./publishes";
export { buddyName, deviceName, personName } from "./names";
export { newestFirst } from "./sessions";
export { stageText } from "./stages";
export { strategyText } from "./strategies";
export { backendText, type ConfinedPart, confinedText, confinedWord, isWeak } from "./confined";
export { noteText, notesOf, saidOf, type Told, toldParts } from "./because";
export { paragraphs } from "./reason";
export { type CrewState, isLive, type JobLive, type JobTail, type Outgoing, pendingApprovals, type Slice } from "./state";
export { type Readable, Store } from "./store";
export { machineOf, workerName } from "./worker-name";
