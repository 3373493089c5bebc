/** A target and everything it needs, whatever is needed first; sources are not in it. */
export function order(rules, target) {
  const done = [];
  const visit = (name) => {
    const rule = rules.get(name);
    if (!rule || done.includes(name)) return;
    rule.needs.forEach(visit);
    done.push(name);
  };
  visit(target);
  return done;
}
