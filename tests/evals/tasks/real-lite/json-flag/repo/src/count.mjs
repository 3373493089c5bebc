/** Lines and words of a text. */
export const count = (text) => ({ lines: text.split('\n').length - 1, words: text.split(/\s+/).filter(Boolean).length });

/** Counts added up. */
export const total = (counts) => counts.reduce((sum, one) => ({ files: sum.files + 1, lines: sum.lines + one.lines, words: sum.words + one.words }), { files: 0, lines: 0, words: 0 });
