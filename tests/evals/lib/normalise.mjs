// What two runs of the same thing say differently: folders, ids, times. Everything else has to be the same in a replay.

import { createHash } from 'node:crypto';

const RULES = [
  [/(?:\/[\w.@+-]+)*\/pilothouse-evals-[A-Za-z0-9]+/g, '$EVALS'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '$ID'],
  [/\/jobs\/[A-Za-z0-9_$-]+/g, '/jobs/$JOB'],
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/g, '$TIME'],
  [/\b[0-9a-f]{40}\b/g, '$COMMIT'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,12}\b/g, '$COMMIT'],
  [/duration_ms:? *[\d.]+/g, 'duration_ms $T'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|seconds|minutes)\b( ago)?/g, '$T'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:$PORT'],
  [/\/tmp\/[A-Za-z0-9._-]+/g, '$TMP'],
];
/** Fields that say nothing of what was asked. */
const DROPPED = new Set(['id', 'seed', 'user', 'tool_call_id', 'call_id', 'created', 'metadata', 'prompt_cache_key', 'safety_identifier']);

const text = (value) => RULES.reduce((out, [pattern, word]) => out.replaceAll(pattern, word), value);

/** A request's body with sorted keys and without what differs between runs. */
export function normalise(value) {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(normalise);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.keys(value).filter((key) => !DROPPED.has(key)).sort();
  return Object.fromEntries(kept.map((key) => [key, normalise(value[key])]));
}

/** Name of a normalised request. */
export const keyOf = (path, normalised) => createHash('sha256').update(`${path}\n${JSON.stringify(normalised)}`).digest('hex').slice(0, 24);
