const isTable = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The defaults with what somebody wants on top. */
export function merge(defaults, own) {
  for (const [key, value] of Object.entries(own)) {
    if (isTable(value) && isTable(defaults[key])) merge(defaults[key], value);
    else defaults[key] = value;
  }
  return defaults;
}
