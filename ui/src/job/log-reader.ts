// Reads a job's output page by page and goes on from there when told that there is more. Free of React.

import { asFailure, type Call, type CallFailure } from "../client";
import { Store } from "../model";
import { LogRows } from "./lines";

export interface LogState {
  readonly revision: number;
  /** The first reading is not finished. */
  readonly loading: boolean;
  readonly failure: CallFailure | undefined;
}

/** The most the server gives at once. */
const PAGE = 500;

export class LogReader {
  readonly rows = new LogRows();
  readonly state = new Store<LogState>({ revision: 0, loading: true, failure: undefined });
  readonly #call: Call;
  readonly #jobId: string;
  #running = false;
  #again = false;
  #stopped = false;

  constructor(call: Call, jobId: string) {
    this.#call = call;
    this.#jobId = jobId;
  }

  stop(): void {
    this.#stopped = true;
  }

  async more(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#readOn();
      } while (this.#again && !this.#stopped);
      this.#show({ loading: false, failure: undefined });
    } catch (thrown) {
      this.#show({ loading: false, failure: asFailure(thrown) });
    } finally {
      this.#running = false;
    }
  }

  async #readOn(): Promise<void> {
    while (!this.#stopped) {
      const reply = await this.#call("jobs.logs", { id: this.#jobId, afterId: this.rows.newestId, limit: PAGE });
      if (!this.rows.add(reply.logs)) return;
      this.#show({});
      if (reply.logs.length < PAGE) return;
    }
  }

  #show(change: Partial<LogState>): void {
    if (!this.#stopped) this.state.update((state) => ({ ...state, ...change, revision: this.rows.revision }));
  }
}
