// Fingers on a terminal: dragging scrolls, and goes on for a moment when the finger leaves while it moves.
//
// The lines above the screen move with the finger. A program that uses the whole screen, or listens to the mouse, is told
// of turns of a wheel, which is what the emulator knows how to tell it.

import type { Terminal } from "@xterm/xterm";

/** Part of its speed that a scroll keeps from one picture to the next. */
const KEPT = 0.95;
/** Pixels for each picture, under which it rests. */
const REST = 0.5;
/** Pixels a finger moves before it scrolls: less is a tap. */
const SLACK = 6;

/** Speed after the next picture; 0 when it rests. */
export function slowed(speed: number): number {
  const next = speed * KEPT;
  return Math.abs(next) < REST ? 0 : next;
}

/** Whole lines of so many pixels, and what is left for the next time. */
export function linesOf(pixels: number, line: number): [lines: number, rest: number] {
  if (!(line > 0)) return [0, 0];
  const lines = Math.trunc(pixels / line);
  return [lines, pixels - lines * line];
}

export function scrollByTouch(place: HTMLElement, terminal: Terminal): () => void {
  let [start, last, speed] = [0, 0, 0];
  let scrolls = false;
  let frame: number | undefined;
  let owed = 0;
  const turn = (pixels: number) => {
    const screen = place.querySelector(".xterm-screen");
    if (!screen) return;
    let lines: number;
    [lines, owed] = linesOf(owed + pixels, screen.clientHeight / terminal.rows);
    if (lines === 0) return;
    if (terminal.buffer.active.type === "normal" && terminal.modes.mouseTrackingMode === "none") terminal.scrollLines(lines);
    else screen.dispatchEvent(new WheelEvent("wheel", { deltaY: lines, deltaMode: WheelEvent.DOM_DELTA_LINE, bubbles: true, cancelable: true }));
  };
  const rest = () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
  };
  const begin = (event: TouchEvent) => {
    rest();
    const finger = event.touches[0];
    scrolls = false;
    owed = 0;
    if (event.touches.length !== 1 || !finger) return;
    [start, last, speed] = [finger.clientY, finger.clientY, 0];
  };
  const move = (event: TouchEvent) => {
    const finger = event.touches[0];
    if (event.touches.length !== 1 || !finger) return;
    if (!scrolls && Math.abs(finger.clientY - start) < SLACK) return;
    scrolls = true;
    // The page itself does not move, and does not refresh.
    event.preventDefault();
    speed = last - finger.clientY;
    last = finger.clientY;
    if (speed !== 0) turn(speed);
  };
  const end = () => {
    if (!scrolls || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const glide = () => {
      speed = slowed(speed);
      if (speed === 0) return rest();
      turn(speed);
      frame = requestAnimationFrame(glide);
    };
    frame = requestAnimationFrame(glide);
  };
  place.addEventListener("touchstart", begin, { passive: true });
  place.addEventListener("touchmove", move, { passive: false });
  place.addEventListener("touchend", end, { passive: true });
  place.addEventListener("touchcancel", rest, { passive: true });
  return () => {
    rest();
    place.removeEventListener("touchstart", begin);
    place.removeEventListener("touchmove", move);
    place.removeEventListener("touchend", end);
    place.removeEventListener("touchcancel", rest);
  };
}
