/** What one unit of a currency is in EUR. */
export const rates = { EUR: 1, NOK: 0.0855, USD: 0.92, JPY: 0.0061 };
