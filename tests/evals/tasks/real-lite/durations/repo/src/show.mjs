/** Seconds as a text. */
export const show = (seconds) => `${seconds}s`;
