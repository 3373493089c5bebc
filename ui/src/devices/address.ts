// What people type to say where else the server should answer, and whom it lets in.

/** `192.168.1.20:7443` or `[fd00::1]:7443`. */
export function isAddress(text: string): boolean {
  const [, four, six, port] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-f:.]+)\]):(\d{1,5})$/i.exec(text.trim()) ?? [];
  const number = Number(port);
  if (!port || number < 1 || number > 65_535) return false;
  if (four) return four.split(".").every((part) => Number(part) <= 255);
  return six !== undefined && six.includes(":");
}

/** A login such as `ann@example.com`, or a tag such as `tag:laptop`. */
export function isLoginOrTag(text: string): boolean {
  const typed = text.trim();
  return /^tag:[a-z][a-z0-9-]*$/i.test(typed) || /^[^\s@:,]+@[^\s@:,]+$/.test(typed);
}
