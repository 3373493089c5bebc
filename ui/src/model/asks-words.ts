// Questions by the server's kinds. The English is the server's own sentence.

import { defineWords } from "../words";
import { de } from "./asks-words.de";

const en = {
  land: (title: string, branch: string) => `Land “${title}” on ${branch}`,
  landMain: (branch: string, to: string, n: number) => `Move ${branch} forward to ${to}: ${n === 1 ? "1 commit" : `${n} commits`}`,
  trustNothing: "No checks were found for this repository. Land its changes without any?",
  trust: (n: number, commands: string) => `Use ${n === 1 ? "1 check" : `${n} checks`} of this repository to decide what lands: ${commands}`,
  setupNetwork: (command: string, hosts: string) => `Open the network for the set-up step \`${command}\` (${hosts})`,
  imageBuild: (file: string, digest: string) => `Build an image from ${file} (sha256 ${digest})`,
  jobNetwork: (job: string, target: string) => `Let “${job}” reach ${target}`,
  jobCommand: (job: string, command: string) => `Let “${job}” run ${command}`,
  jobWrite: (job: string, paths: string) => `Let “${job}” write ${paths}, outside what it may change`,
  bisect: (command: string) => `Run \`${command}\` on several commits`,
  localCommand: (command: string) => `Run ${command} on a copy of the repository`,
  recipe: (name: string) => `Run the recipe ${name} for the first time`,
  push: (branch: string, remote: string) => `Push ${branch} to ${remote}`,
  pushOpens: (branch: string, remote: string) => `Push ${branch} to ${remote} and open a pull request`,
  pushOver: (branch: string, remote: string, there: string) => `Push ${branch} to ${remote} over ${there} that is there`,
  tool: (name: string) => `Run the tool ${name}`,
  // Why it asks, where no rule of the policy does.
  imageWhy: (file: string) => `${file} describes the image of jobs and checks. Its build runs the repository's own steps with the engine's network, outside of the sandbox.`,
  toolWhy: "The tool call asks for an approval itself.",
  localWhy: "LocalBuddy runs no command without an answer to exactly that one.",
};

export type Words = typeof en;

export const words = defineWords(en, de);
