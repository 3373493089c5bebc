// What people type to say where else the server should answer, and whom it lets in.

/** `192.168.1.20:7443` or `[fd00::1]:7443`. */
export function isAddress(text: string): boolean {
  const [, four, six, port] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-f:.]+)\]):(\d{1,5})$/i.exec(text.trim()) ?? [];
  const number = Number(port);
  if (!port || number < 1 || number > 65_535) return false;
  if (four) return four.split(".").every((part) => Number(part) <= 255);
  return six !== undefined && six.includes(":");
}

/** Networks that no router of the Internet leads to: at home, in companies, of providers, of one cable, of the machine. */
const PRIVATE = /^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;

/** Whether the Internet has a way to such an address; false for what is none. */
export function isPublic(text: string): boolean {
  if (!isAddress(text)) return false;
  const host = text.trim().toLowerCase().replace(/:\d+$/, "");
  const four = host.replace(/^\[(?:::ffff:)?([\d.]+)\]$/, "$1");
  // Of IPv6 only what begins with 2 or 3 has been given to anybody in public.
  return four.startsWith("[") ? /^\[[23][\da-f]{3}:/.test(four) : !PRIVATE.test(four);
}

/** A login such as `ann@example.com`, or a tag such as `tag:laptop`. */
export function isLoginOrTag(text: string): boolean {
  const typed = text.trim();
  return /^tag:[a-z][a-z0-9-]*$/i.test(typed) || /^[^\s@:,]+@[^\s@:,]+$/.test(typed);
}
