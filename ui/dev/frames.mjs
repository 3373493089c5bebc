// Measuring how something scrolls, and the same with a list that costs next to nothing, in the same browser at the
// same time: without a graphics card, on a shared machine, only the two beside each other say anything.

import { chromium } from "playwright-core";

/**
 * Of the pace of a plain list, this much at least: its median frame over ours. Frames that other programs of the
 * machine held up are in the figures printed, but they are no fault of the page.
 */
export const RATIO = 0.75;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.TEST_BROWSER ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"],
  });

/** Runs inside of the page: moves the box by `step` pixels in each frame and tells how long the frames took. */
async function drive({ selector, step, frames, from }) {
  const box = document.querySelector(selector);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  if (from === "start") box.scrollTop = 0;
  if (from === "end") box.scrollTop = box.scrollHeight;
  if (from === "middle") box.scrollTop = box.scrollHeight / 2;
  for (let n = 0; n < 20; n += 1) await frame();
  const took = [];
  let moved = 0;
  let last = performance.now();
  for (let n = 0; n < frames; n += 1) {
    const before = box.scrollTop;
    box.scrollTop += step;
    if (Math.abs(box.scrollTop - before) >= 1) moved += 1;
    await frame();
    const now = performance.now();
    took.push(now - last);
    last = now;
  }
  return { took, moved, nodes: document.querySelectorAll("*").length, height: box.scrollHeight };
}

/** A page with one box of this size and inner height, in which as many lines as fit follow the scrolling. */
function plainList({ width, height, inner, row }) {
  document.body.innerHTML = `<div id="box" style="position:absolute;left:0;top:0;width:${width}px;height:${height}px;overflow:auto;font:13px/20px sans-serif"><div id="inner" style="position:relative;height:${inner}px"></div></div>`;
  const box = document.getElementById("box");
  const list = document.getElementById("inner");
  const rows = Array.from({ length: Math.ceil(height / row) + 2 }, () => {
    const line = document.createElement("div");
    line.style.cssText = "position:absolute;left:0;top:0;width:100%;white-space:nowrap;overflow:hidden";
    list.append(line);
    return line;
  });
  const place = () => {
    const first = Math.floor(box.scrollTop / row);
    rows.forEach((line, index) => {
      line.style.transform = `translateY(${(first + index) * row}px)`;
      line.textContent = `Line number ${first + index} with about as many words in it as a line of this width holds when somebody writes it`;
    });
  };
  box.addEventListener("scroll", place, { passive: true });
  place();
}

async function metrics(cdp) {
  return Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map((one) => [one.name, one.value]));
}

async function measure(page, options) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const before = await metrics(cdp);
  const driven = await page.evaluate(drive, options);
  const after = await metrics(cdp);
  await cdp.detach();
  const sorted = driven.took.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  const whole = driven.took.reduce((sum, one) => sum + one, 0);
  const cost = (name) => ((after[name] - before[name]) * 1000) / options.frames;
  return {
    fps: (driven.took.length * 1000) / whole, median: at(0.5), p95: at(0.95), worst: sorted.at(-1), moved: driven.moved, nodes: driven.nodes, height: driven.height,
    // What the page itself did in each frame; the rest of a frame is painting and waiting.
    own: cost("ScriptDuration") + cost("LayoutDuration") + cost("RecalcStyleDuration"), script: cost("ScriptDuration"), style: cost("RecalcStyleDuration"), layout: cost("LayoutDuration"),
  };
}

/** Scrolls the box, then a plain list of the same size in a tab beside it, and gives both. */
export async function scrolls(page, { selector, step, frames, from = "here" }) {
  const ours = await measure(page, { selector, step, frames, from });
  if (ours.moved < frames * 0.9) throw new Error(`${selector} moved in ${ours.moved} of ${frames} frames only`);
  const size = await page.evaluate((css) => {
    const box = document.querySelector(css);
    return { width: box.clientWidth, height: box.clientHeight, inner: box.scrollHeight };
  }, selector);
  const beside = await page.context().newPage();
  await beside.goto("about:blank");
  await beside.evaluate(plainList, { ...size, row: 20 });
  const floor = await measure(beside, { selector: "#box", step, frames, from: step < 0 ? "end" : "start" });
  await beside.close();
  await page.bringToFront();
  return { ours, floor, ratio: ours.fps / floor.fps, pace: floor.median / ours.median };
}

const one = (n) => n.toFixed(1);

export function line(name, { ours, floor, ratio, pace }) {
  return (
    `${name}: ${one(ours.fps)} frames/s, floor ${one(floor.fps)}, ratio ${ratio.toFixed(2)}, of the median ${pace.toFixed(2)}; own work ${one(ours.own)} ms a frame (script ${one(ours.script)}, style ${one(ours.style)}, layout ${one(ours.layout)}), floor ${one(floor.own)}; ` +
    `frame median ${one(ours.median)} ms, p95 ${one(ours.p95)} (floor ${one(floor.p95)}), worst ${one(ours.worst)}; ${ours.nodes} nodes, ${ours.height} px`
  );
}
