/** Listens for one event only. */
export function once(bell, name, listener) {
  const off = bell.on(name, (value) => {
    off();
    listener(value);
  });
  return off;
}
