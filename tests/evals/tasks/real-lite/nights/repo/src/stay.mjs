const DAY = 24 * 60 * 60 * 1000;

/** Nights between two local times such as '2026-03-28T15:00' and '2026-03-30T09:00'. */
export function nights(arrival, departure) {
  return Math.floor((new Date(departure) - new Date(arrival)) / DAY);
}
