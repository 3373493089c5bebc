// Words of the network section: what jobs may connect to.

import { defineWords } from "../words";
import { de } from "./words.de";

const en = {
  title: "Network of jobs",
  text: "Jobs run without a network. What they reach goes through one proxy, which asks here first. This machine and private networks are never reached.",
  mode: "Jobs may connect to",
  ask: "What is listed, and ask for the rest",
  askHint: "Each new host asks you once per job.",
  listed: "Only what is listed",
  listedHint: "Nobody is asked; everything else is refused.",
  off: "Nothing",
  offHint: "There is no way out at all.",
  presets: "Package registries",
  presetsText: "What is ticked is allowed without asking, on ports 443 and 80. A rule of yours that denies comes first.",
  own: "Own hosts",
  ownText: "git.example.org, *.example.org for every name below it, or with a port: host:8443.",
  addHost: "Another host",
  add: "Add",
  remove: (host: string) => `Remove ${host}`,
  none: "No hosts of your own.",
  notSaved: "This was not saved",
  loadFailed: "What jobs may connect to could not be read",
  effective: "Counts from the next connection on, without a restart. Whether a job has a way out at all is settled when it begins.",
  fixed: "Said by a variable or a flag of the server, which wins over what is chosen here.",
  broad: "That would be every host. Name a domain, such as *.example.org.",
  notAHost: "Only a host, such as git.example.org or *.example.org:8443.",
  twice: "It is listed already.",
};

export type Words = typeof en;

export const words = defineWords(en, de);
