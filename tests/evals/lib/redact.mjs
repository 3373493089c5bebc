// What must not be in a recording: keys, tokens, cookies and the folders of whoever recorded it.

import { homedir, userInfo } from 'node:os';

const SECRETS = [
  /\bsk-[A-Za-z0-9_-]{12,}/g,
  /\b(?:ghp|gho|ghu|ghs|ghr|github_pat)_[A-Za-z0-9_]{16,}/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{30,}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];
/** A name that says that a secret follows, and the secret. */
const NAMED = /((?:authorization|x-api-key|api[_-]?key|cookie|password|secret|token)\\?["']?\s*[:=]\s*\\?["']?)(?:Bearer\s+|Basic\s+)?([A-Za-z0-9_+/.=-]{12,})/gi;

/** Folders of people: this one's, and what looks like anybody's. */
const HOME = /(?:\/home|\/Users)\/[A-Za-z0-9._-]+|[A-Z]:\\+Users\\+[A-Za-z0-9._-]+/g;

/** A text without secrets, and without this person's own folder. */
export function redact(text, home = homedir(), known = []) {
  let out = text;
  for (const secret of known.filter((one) => one.length >= 6)) out = out.replaceAll(secret, '[redacted]');
  for (const pattern of SECRETS) out = out.replaceAll(pattern, '[redacted]');
  out = out.replaceAll(NAMED, (all, name, value) => (value === '[redacted]' ? all : `${name}[redacted]`));
  if (home.length > 4 && home !== '/root') out = out.replaceAll(home, '~');
  return out.replaceAll(HOME, '~').replaceAll(/\/root(?=[/"'\s])/g, '~');
}

/** What is still in a text that should not be; empty when it is clean. */
export function secretsIn(text) {
  const named = [...text.matchAll(NAMED)].map(([all]) => all).filter((all) => !all.includes('[redacted]'));
  const user = userInfo().username;
  const homes = [...text.matchAll(HOME)].map(([all]) => all).concat(user !== 'root' && text.includes(`/${user}/`) ? [`/${user}/`] : []);
  return [...SECRETS.flatMap((pattern) => text.match(pattern) ?? []), ...named, ...homes];
}
