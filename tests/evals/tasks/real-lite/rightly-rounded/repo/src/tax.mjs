/** The tax on an amount in cents at a rate in per cent, rounded half up to whole cents. */
export const tax = (cents, rate) => Math.round((cents * rate) / 100);
