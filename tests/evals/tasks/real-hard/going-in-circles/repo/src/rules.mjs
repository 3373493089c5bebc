/** Rules out of a text: by name, each with what it needs. */
export function rulesOf(text) {
  const rules = new Map();
  for (const [name, { needs = [] }] of Object.entries(JSON.parse(text))) rules.set(name, { name, needs });
  return rules;
}
