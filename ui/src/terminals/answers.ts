// What an emulator says by itself: answers to questions of the program, about its kind, its colours, its cursor.

/** Kind, state and place of the cursor, colours, and what strings of a device report. */
// oxlint-disable-next-line no-control-regex -- control characters are what terminals speak
const ANSWER = /^(\x1b\[[?>]?[0-9;]*[cnR]|\x1b\[\?[0-9;]*\$y|\x1b\][0-9;]*[^\x07]*(\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\)+$/;

/** Whether nobody typed this. */
export function isAnswer(data: string): boolean {
  return ANSWER.test(data);
}
