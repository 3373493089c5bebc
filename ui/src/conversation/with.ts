// `/with NAME TASK`: a message that names who works on it. The server reads it again; here it is only written.

/** The name a text begins with, if it is one of these, and the task after it. */
export function namedIn(text: string, backends: readonly string[]): { name: string; task: string } {
  const found = /^\s*\/with\s+(\S+)\s?([\s\S]*)$/.exec(text);
  const name = found?.[1]?.toLowerCase() ?? "";
  return backends.includes(name) ? { name, task: found?.[2] ?? "" } : { name: "", task: text };
}

/** The same text with another name, or with none. */
export function withName(text: string, name: string, backends: readonly string[]): string {
  const { task } = namedIn(text, backends);
  return name === "" ? task : `/with ${name} ${task}`;
}

/** What online workers can start, beside what needs no model. */
export function backendsOf(workers: readonly { readonly isOnline: boolean; readonly capabilities: unknown }[]): string[] {
  const found = new Set<string>();
  for (const { isOnline, capabilities } of workers) {
    const listed = typeof capabilities === "object" && capabilities !== null ? (capabilities as { backends?: unknown }).backends : undefined;
    if (!isOnline || !Array.isArray(listed)) continue;
    for (const name of listed) if (typeof name === "string" && name !== "deterministic") found.add(name);
  }
  return [...found];
}

/** Workers that are online and take jobs, by id. */
export function takingWork(workers: readonly { readonly workerId: string; readonly isOnline: boolean; readonly drain?: unknown }[]): string[] {
  return workers.filter((worker) => worker.isOnline && !worker.drain).map((worker) => worker.workerId);
}
