// What was written and not sent, per session, kept on this device.

const PREFIX = "pilothouse.draft.";

export function readDraft(sessionId: string): string {
  try {
    return localStorage.getItem(PREFIX + sessionId) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(sessionId: string, text: string): boolean {
  try {
    if (text === "") localStorage.removeItem(PREFIX + sessionId);
    else localStorage.setItem(PREFIX + sessionId, text);
    return true;
  } catch {
    return false;
  }
}
