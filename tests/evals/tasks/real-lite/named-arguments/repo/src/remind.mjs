import { send } from './send.mjs';

export const remind = (box, names) => names.forEach((name) => send(box, name, undefined, 'Do not forget.', name === 'Eve'));
