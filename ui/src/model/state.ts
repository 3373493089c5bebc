// Everything the page knows about the crew. Plain data: parts are replaced, never changed in place.

import type {
  Approval, CallFailure, Connection, Job, Jobs, MergeQueue, MergeStats, Requests, Session, SystemStatus, Workers, Workspace,
} from "../client";
import { type Loaded, NOTHING } from "./loaded";

/** What the stream says about a job that is under way and its record does not. */
export interface JobLive {
  readonly step: number;
  readonly steps: number;
  readonly label: string;
}

/** The newest output lines of a job. */
export interface JobTail {
  readonly lines: readonly string[];
  /** Lines that are no longer among `lines`. */
  readonly dropped: number;
}

export interface CrewState {
  readonly connection: Connection;
  readonly workspaces: Loaded<readonly Workspace[]>;
  readonly sessions: Loaded<readonly Session[]>;
  readonly status: Loaded<SystemStatus>;
  readonly merge: Loaded<readonly MergeQueue[]>;
  readonly mergeStats: Loaded<MergeStats>;
  readonly requests: Loaded<Requests>;
  /** The newest 200 jobs with the figures of their queue. */
  readonly jobBoard: Loaded<Jobs>;
  readonly workers: Loaded<Workers>;
  readonly approvals: Loaded<readonly Approval[]>;
  /** Questions that were asked for by themselves and could not be read, and why. */
  readonly unreadApprovals: ReadonlyMap<string, CallFailure>;
  /** Every job record read so far, by id; fresher than `jobBoard`. */
  readonly jobs: ReadonlyMap<string, Job>;
  readonly jobLive: ReadonlyMap<string, JobLive>;
  readonly jobTails: ReadonlyMap<string, JobTail>;
  /** How often somebody changed the configuration, or may have, since the page began. */
  readonly configChanges: number;
  /** How often a publication moved on, or may have, since the page began. */
  readonly publishChanges: number;
  /** Counts how often devices, pairings, machines or listeners changed, or who of them is here. */
  readonly deviceChanges: number;
  /** Messages that wait on this device, oldest first. */
  readonly outbox: readonly Outgoing[];
}

/** A message on its way. `key` makes sending it twice harmless. */
export interface Outgoing {
  readonly key: string;
  readonly sessionId: string;
  readonly text: string;
  readonly priority: "interactive" | "normal" | "background";
  readonly writtenAt: string;
  /** The one worker that may have it. */
  readonly targetWorkerId?: string;
  /** `sent` until its event comes back on the stream. */
  readonly state: "waiting" | "sending" | "sent" | "refused";
  /** Of the stored event, once the server answered. */
  readonly eventId?: string;
  /** Why it was refused. */
  readonly problem?: string;
}

export const EMPTY: CrewState = {
  connection: { state: "connecting", attempt: 0 },
  workspaces: NOTHING,
  sessions: NOTHING,
  status: NOTHING,
  merge: NOTHING,
  mergeStats: NOTHING,
  requests: NOTHING,
  jobBoard: NOTHING,
  workers: NOTHING,
  approvals: NOTHING,
  unreadApprovals: new Map(),
  jobs: new Map(),
  jobLive: new Map(),
  jobTails: new Map(),
  configChanges: 0,
  publishChanges: 0,
  deviceChanges: 0,
  outbox: [],
};

/** Parts of the state that are read from the server as a whole. */
export type Slice =
  | "workspaces" | "sessions" | "status" | "merge" | "mergeStats" | "requests" | "jobBoard" | "workers" | "approvals";

export function pendingApprovals(state: CrewState): readonly Approval[] {
  return (state.approvals.value ?? []).filter((approval) => approval.state === "pending");
}

/** Whether what is shown follows the server at this moment. */
export function isLive(state: CrewState): boolean {
  return state.connection.state === "live";
}
