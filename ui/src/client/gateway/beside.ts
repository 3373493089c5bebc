// A second line that is tried beside one that may be dead. It goes as far as the server's welcome by itself; what
// becomes of the two lines is for whoever opened it.

import type { ClientNote, ServerFrame } from "../protocol";
import type { Socket } from "./gateway";

export interface BesideParts {
  client: ClientNote;
  now: () => number;
  /** It is let in, and is the one to use. */
  onWelcome: (frame: Extract<ServerFrame, { t: "welcome" }>) => void;
  onReject: (frame: Extract<ServerFrame, { t: "reject" }>) => void;
  onClosed: () => void;
}

export class Beside {
  readonly socket: Socket;
  /** When it was begun. */
  readonly since: number;
  #greeted: number | undefined;

  constructor(socket: Socket, parts: BesideParts) {
    this.socket = socket;
    this.since = parts.now();
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return;
      const frame = JSON.parse(data) as ServerFrame;
      if (frame.t === "hello") {
        this.#greeted = parts.now();
        socket.send(connecting(parts.client));
      } else if (frame.t === "welcome") parts.onWelcome(frame);
      else if (frame.t === "reject") parts.onReject(frame);
    };
    socket.onclose = () => parts.onClosed();
    // Whatever went wrong, a close follows.
    socket.onerror = () => undefined;
  }

  /** When the server said hello on it. */
  get greeted(): number | undefined {
    return this.#greeted;
  }

  close(): void {
    this.socket.onclose = null;
    this.socket.onmessage = null;
    this.socket.close();
  }
}

/** What a page says first, as text. */
export function connecting(client: ClientNote): string {
  return JSON.stringify({ t: "connect", versions: [1, 1], client });
}
