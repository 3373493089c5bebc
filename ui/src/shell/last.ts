// The session that was open last on this device.

const KEY = "pilothouse.session";

export function lastSession(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberSession(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Then the newest session is opened next time.
  }
}
