/** Shares of an amount in cents between so many people. */
export function split(cents, people) {
  return Array.from({ length: people }, () => Math.floor(cents / people));
}
