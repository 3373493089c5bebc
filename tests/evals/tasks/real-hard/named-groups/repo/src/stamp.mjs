/** One text that is another one whenever a part of it is. */
export const stampOf = (parts) => JSON.stringify(parts);
