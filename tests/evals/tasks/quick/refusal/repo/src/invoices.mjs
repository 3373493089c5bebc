/** What an order costs, in cents. */
export const total = (lines) => lines.reduce((sum, line) => sum + line.cents * line.count, 0);
