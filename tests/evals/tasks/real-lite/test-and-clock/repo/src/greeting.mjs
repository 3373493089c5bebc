/** A word that fits the time of day. */
export function greeting() {
  const hour = new Date().getHours();
  if (hour < 12) return 'Good morning';
  if (hour < 20) return 'Good day';
  return 'Good evening';
}
