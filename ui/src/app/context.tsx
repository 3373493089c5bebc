// The crew inside React: one provider, and hooks that draw again only when the chosen part changed.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { LiveContext } from "../components";
import { asFailure, type Call, type CallFailure, type Method, type Params, type Reply } from "../client";
import { arrived, begun, broken, type Crew, type CrewState, isLive, type Loaded, NOTHING, type Readable } from "../model";

const CrewContext = createContext<Crew | undefined>(undefined);

export function CrewProvider({ crew, children }: { crew: Crew; children: ReactNode }) {
  return (
    <CrewContext.Provider value={crew}>
      <LiveProvider>{children}</LiveProvider>
    </CrewContext.Provider>
  );
}

function LiveProvider({ children }: { children: ReactNode }) {
  return <LiveContext.Provider value={useModel(isLive)}>{children}</LiveContext.Provider>;
}

export function useCrew(): Crew {
  const crew = useContext(CrewContext);
  if (!crew) throw new Error("this component stands outside of the crew's provider");
  return crew;
}

/** Typed calls: `call("jobs.get", { id })`. */
export function useClient(): Call {
  return useCrew().call;
}

/** A watched value. */
export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A part of the state. Lists and objects made by the selector are compared part by part. */
export function useModel<T>(select: (state: CrewState) => T): T {
  return useSelected(useCrew().state, select);
}

export function useSelected<S, T>(store: Readable<S>, select: (state: S) => T): T {
  const held = useRef<{ state: S; select: (state: S) => T; value: T } | undefined>(undefined);
  const read = () => {
    const state = store.get();
    const before = held.current;
    if (before && before.state === state && before.select === select) return before.value;
    const value = select(state);
    const kept = before && alike(before.value, value) ? before.value : value;
    held.current = { state, select, value: kept };
    return kept;
  };
  return useSyncExternalStore(store.subscribe, read);
}

/** Same value, or the same parts one level down. */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b) || a instanceof Map || b instanceof Map || a instanceof Set) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.is((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

export interface Called<T> extends Loaded<T> {
  reload: () => void;
}

/**
 * A reading for one page. `undefined` parameters ask nothing; equal parameters ask once, and once more when `since`
 * changes.
 */
export function useCall<M extends Method>(method: M, params: Params<M> | undefined, since = 0): Called<Reply<M>> {
  const call = useClient();
  const [held, setHeld] = useState<{ of: string; loaded: Loaded<Reply<M>> }>({ of: "", loaded: NOTHING });
  const [turn, setTurn] = useState(0);
  const key = params === undefined ? undefined : JSON.stringify(params);
  const live = useModel(isLive);
  useEffect(() => {
    if (key === undefined) return;
    const stop = new AbortController();
    setHeld((before) => ({ of: key, loaded: begun(before.of === key ? before.loaded : NOTHING) }));
    call(method, JSON.parse(key) as Params<M>, { signal: stop.signal }).then(
      (value) => setHeld({ of: key, loaded: arrived(value, Date.now()) }),
      (thrown: unknown) => {
        if (stop.signal.aborted) return;
        setHeld((before) => ({ of: key, loaded: broken(before.of === key ? before.loaded : NOTHING, asFailure(thrown)) }));
      },
    );
    return () => stop.abort();
  }, [call, method, key, turn, since]);
  const failedOffline = held.loaded.failure?.code === "offline";
  useEffect(() => {
    if (live && failedOffline) setTurn((n) => n + 1);
  }, [live, failedOffline]);
  const shown = held.of === key ? held.loaded : NOTHING;
  return useMemo(() => ({ ...shown, reload: () => setTurn((n) => n + 1) }), [shown]);
}

/** For buttons: one run at a time, and what went wrong. */
export function useAction(): {
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  busy: boolean;
  failure: CallFailure | undefined;
  clear: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<CallFailure>();
  const running = useRef(false);
  return useMemo(
    () => ({
      busy,
      failure,
      clear: () => setFailure(undefined),
      run: async (work) => {
        if (running.current) return false;
        running.current = true;
        setBusy(true);
        setFailure(undefined);
        try {
          await work();
          return true;
        } catch (thrown) {
          setFailure(asFailure(thrown));
          return false;
        } finally {
          running.current = false;
          setBusy(false);
        }
      },
    }),
    [busy, failure],
  );
}
