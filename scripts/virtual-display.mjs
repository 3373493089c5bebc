// `node scripts/virtual-display.mjs COMMAND ARGS...`: runs a command on a display and a session bus of its own, so
// that a person's are left alone.

import { display } from './display.mjs';
import { entry, run } from './run.mjs';

await entry(async () => {
  const [command, ...args] = process.argv.slice(2);
  const { name, stop } = await display();
  try {
    return await run('dbus-run-session', ['--', command, ...args], { env: { DISPLAY: name, WAYLAND_DISPLAY: '' } });
  } finally {
    stop();
  }
});
