/** What a name is found by. */
export const key = (name) => name.toLowerCase();
