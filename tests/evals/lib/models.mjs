// Which model an evaluation runs with, as the variables that a server is started with.

import { Mistake } from './options.mjs';

const ROLES = ['REMOTEBUDDY', 'WORKERS'];

/** Variables that give both roles one model. */
export function modelVariables(model, backend = 'native') {
  const worker = { PILOTHOUSE_WORKERS_BACKEND: backend };
  if (model.variables) return { ...model.variables, ...worker };
  const one = (role) => ({
    [`${role}_LLM_ENDPOINT`]: model.baseUrl, [`${role}_LLM_MODEL`]: model.model ?? 'scripted', [`${role}_LLM_BACKEND`]: model.backend ?? 'openai',
    [`${role}_LLM_API_KEY`]: model.key ?? 'not-a-key',
  });
  return Object.assign({}, ...ROLES.map(one), worker);
}

/** The models this environment names; a live evaluation uses nothing that was not named for it. */
export function liveModels(environment = process.env) {
  const variables = Object.fromEntries(Object.entries(environment).filter(([name]) => /^(REMOTEBUDDY|WORKERS)_LLM_|^LLM_ENDPOINT$|_API_KEY$/.test(name)));
  const named = ROLES.every((role) => variables[`${role}_LLM_ENDPOINT`] || variables[`${role}_LLM_BACKEND`]) || variables.LLM_ENDPOINT;
  if (!named) throw new Mistake('A live evaluation needs its models named: REMOTEBUDDY_LLM_… and WORKERS_LLM_… (docs/CONFIGURATION.md), or LLM_ENDPOINT.');
  return { variables };
}
