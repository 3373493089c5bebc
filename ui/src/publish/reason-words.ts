// Why something was not published, and the one next step, by the server's reason.

import { defineWords } from "../words";
import { de } from "./reason-words.de";

const en = {
  auth: "The remote or the host did not accept who you are.",
  authNext: "For the push: ssh-add, a credential helper or gh auth login. For the pull request: set a new token in the settings.",
  hostKey: "The server shows a key that ssh does not know.",
  hostKeyNext: "Connect once with ssh from a terminal and look at the key, then publish again.",
  noRemote: "This repository has no remote.",
  noRemoteNext: "Add one with git remote add origin ADDRESS.",
  noBranch: "There is no such branch, neither in your repository nor with the crew.",
  noBranchNext: "Choose another branch.",
  noCommits: "The branch has nothing beyond the one it would go into.",
  noCommitsNext: "Wait until something lands, or choose another branch.",
  rejected: "The remote said no: a rule or a hook of its own. Your credentials are fine, and nothing was changed there.",
  rejectedNext: "Push under another name and ask for a review, or do what the remote says.",
  lfsMissing: "The branch has large files of Git LFS whose contents are not here.",
  lfsMissingNext: "Install git-lfs if it is missing, get the contents with git lfs fetch --all, and publish again.",
  nonFastForward: "The branch there has commits that this one lacks.",
  nonFastForwardNext: "Take them in first, or push under another name. Overwriting loses them to that branch.",
  network: "The remote cannot be reached.",
  networkNext: "Look at the connection and at the remote’s address, then publish again.",
  timeout: "It took too long and was ended.",
  timeoutNext: "Publish again; what is there already is not sent twice. The limit is publish.timeoutS.",
  cancelled: "It was stopped.",
  cancelledNext: "Publish again when you like.",
  unsupported: "This address or form of repository is not pushed to.",
  unsupportedNext: "Use an HTTPS or SSH address, or a folder.",
  workspaceGone: "The repository, or the commit to publish, is no longer there.",
  workspaceGoneNext: "Open the repository again, or run the job again.",
  unsupportedHost: "Pull requests are opened on GitHub hosts only. The push is done.",
  unsupportedHostNext: "Open it on the host’s own page. A GitHub Enterprise server is named in the settings.",
  noCredentials: "No token for this host is saved, configured or known to gh.",
  noCredentialsNext: "Set a token, or open the pull request by the link.",
  forbidden: "The remote or the host does not let you do this.",
  forbiddenNext: "A token needs the right to write pull requests, and a folder has to be yours to write. Or ask an owner of the repository.",
  notFound: "The host does not know the repository, or does not show it to this token.",
  notFoundNext: "Look at the remote’s address, and let the token see the repository.",
  refused: "The host refused what was asked; its own words are here.",
  refusedNext: "Change title, text or branches, and publish again. The push is done.",
  rateLimited: "The host takes no more requests for now.",
  rateLimitedNext: "Wait until then and publish again. The push is done and is not repeated.",
  badAnswer: "The host answered something that cannot be read.",
  badAnswerNext: "Look at the address of its API in the settings, or open the pull request by hand.",
  pushDisabled: "Pushing is switched off for this session, or everywhere.",
  pushDisabledNext: "Use a session that may push; publish.enabled switches all of it.",
  prDisabled: "Pull requests are switched off for this session.",
  prDisabledNext: "Push only, or use a session that may open them.",
  paused: "Everything is paused.",
  pausedNext: "Resume everything first.",
  approvalRequired: "A person is asked first.",
  approvalRequiredNext: "Answer the question; it goes on by itself.",
  denied: "It was not allowed.",
  deniedNext: "Look at what said no in the policy settings.",
  unknown: "The cause is not one that is known here.",
  unknownNext: "What was said is here. Publishing again is safe: nothing is made twice.",
};

export type Words = typeof en;
export const english: Words = en;

export const words = defineWords(en, de);
