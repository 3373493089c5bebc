import { send } from './send.mjs';

export const invite = (box, guest, day) => send(box, guest, 'Party', `Come on ${day}.`);
