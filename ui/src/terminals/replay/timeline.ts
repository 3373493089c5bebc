// When each moment of a recording is shown: as it was, with long pauses cut short. Pure.

import type { Moment } from "./recording";

export interface Timeline {
  /** Seconds of playing at which each moment is shown, in order. */
  times: Float64Array;
  /** Seconds the whole takes. */
  length: number;
}

/** Pauses longer than so many seconds last no longer than that; without it they last as long as they did. */
export function timelineOf(moments: readonly Moment[], longestPause?: number): Timeline {
  const times = new Float64Array(moments.length);
  let before = 0;
  let at = 0;
  moments.forEach((moment, index) => {
    const pause = moment.at - before;
    at += longestPause === undefined ? pause : Math.min(pause, longestPause);
    before = moment.at;
    times[index] = at;
  });
  return { times, length: at };
}

/** How many moments have been shown at a time. */
export function shownAt({ times }: Timeline, at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same place of a recording on another timeline: as far between the same two moments. */
export function placeOn(from: Timeline, to: Timeline, at: number): number {
  const next = shownAt(from, at);
  const [start, end] = [next === 0 ? 0 : (from.times[next - 1] ?? 0), from.times[next] ?? from.length];
  const [newStart, newEnd] = [next === 0 ? 0 : (to.times[next - 1] ?? 0), to.times[next] ?? to.length];
  const part = end > start ? Math.min(1, (at - start) / (end - start)) : 0;
  return newStart + part * (newEnd - newStart);
}

/** 0:07, 12:40 or 1:02:03. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
