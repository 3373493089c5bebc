import { send } from './send.mjs';

export function alarm(box, what) {
  send(box, 'keeper', what, undefined, true, 'mayor');
}
