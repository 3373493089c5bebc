/** Entries whose words or accounts hold a text, in any case. */
export function find(entries, text) {
  const wanted = text.toLowerCase();
  return entries.filter(({ from, to, words }) => [from, to, words].some((one) => one.toLowerCase().includes(wanted)));
}
