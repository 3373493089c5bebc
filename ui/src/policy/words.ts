// Words of the policy: rules in force, why something would be asked, and what is remembered.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  // remembering an answer
  fromNowOn: "Allow from now on",
  fromNowOnText: "Remembered in this workspace for exactly this, and for nothing else:",
  job: "For this job",
  session: "In this conversation, 12 hours at most",
  hour: "For an hour",
  always: "Always here",
  // rules
  rules: "Rules in force",
  rulesText: "In the order they are looked at. A denial comes before everything; then what you remembered, what asks, what allows; and last the profile. A repository can only make it stricter.",
  noRules: "There are no rules. Write your own into the file below; a repository's file counts once you trust it.",
  mine: "yours",
  repository: "the repository's",
  notUsed: "not used",
  noId: "without a name",
  filesHead: "Files",
  notThere: "not there",
  unreadable: "Nothing it might judge is done until it can be read.",
  profileSays: "Where no rule and nothing remembered speaks",
  tightened: (profile: string, by: string) => `The stricter profile ${profile} is in force, because of ${by}.`,
  allow: "Allowed",
  ask: "Asks",
  deny: "Denied",
  // why
  why: "Why?",
  whyText: "What would be said to something a job does. Nothing is run, asked or counted.",
  kind: "What",
  command: "A command",
  host: "A host",
  file: "A file outside the task",
  commandLine: "Command line",
  commandHint: "As a shell would read it, such as cd sub && cargo test.",
  hostName: "Host",
  hostHint: "Such as registry.npmjs.org or git.example.org:8443.",
  path: "Path",
  pathHint: "From the root of the repository.",
  unconfined: "As without a sandbox",
  explain: "Find out",
  badPort: "A port is a number from 1 to 65535.",
  decidedBy: "Decided by",
  standsIn: "Stands in",
  takenFor: "Taken for",
  classRead: "looks",
  classBuild: "builds or tests",
  classOther: "other work in the clone",
  classInstall: "adds packages",
  classNetwork: "talks to other machines",
  classDelete: "touches what is outside the clone",
  classPublish: "pushes or publishes",
  // grants
  remembered: "Remembered",
  rememberedText: "What you allowed for longer than once in this workspace. What is over disappears by itself.",
  nothing: "Nothing is remembered.",
  revoke: "Revoke",
  revokeTitle: "Ask again about this?",
  revokeText: "From now on it asks again. What was done with it stays done.",
  until: "until",
  whileJob: "while its job runs",
  untilRevoked: "until you revoke it",
  usedNever: "not used yet",
  used: (n: number) => (n === 1 ? "used once" : `used ${n} times`),
  lastUsed: "last",
  by: (who: string) => `by ${who}`,
  question: "The question",
  loadFailed: "The policy could not be read",
  grantsFailed: "What is remembered could not be read",
};

export type Words = typeof en;

export const words = defineWords(en, de);
