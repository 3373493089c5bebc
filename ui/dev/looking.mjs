// What every look at the pages shares: its arguments, its place for pictures, its complaints, and axe.

import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What stands behind `--name` on the command line. */
export const argument = (name, otherwise) => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : process.argv[index + 1];
};

/** The parts that were asked for; all of them if none was. */
export const ONLY = argument("only")?.split(",");
export const QUICK = process.argv.includes("--quick");

const OUT = argument("out", process.env.PILOTHOUSE_SHOTS ?? join(tmpdir(), "pilothouse-shots"));

/** Where the picture of this name is kept. */
export const picture = (label) => {
  mkdirSync(OUT, { recursive: true });
  return join(OUT, `${label}.png`);
};

let problems = 0;

export const complain = (text) => {
  problems += 1;
  console.log(`PROBLEM ${text}`);
};

/** Says what came of it, and has the process end with 1 if there was anything to complain about. */
export function close() {
  console.log(problems === 0 ? `nothing to complain about; pictures: ${OUT}` : `${problems} problems; pictures: ${OUT}`);
  process.exitCode = problems === 0 ? 0 : 1;
}

/** Complains about errors of a page. A line that was cut is told by the page itself. */
export function listenTo(page, path) {
  page.on("pageerror", (error) => complain(`${path}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|net::ERR|WebSocket/.test(message.text())) complain(`${path} console: ${message.text().slice(0, 300)}`);
  });
}

let source;

/** Complains about what is not accessible. */
export async function axe(page, name) {
  source ??= readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const violation of found.violations) {
    complain(`axe ${name}: ${violation.id} (${violation.impact}) ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")} :: ${violation.nodes[0]?.any?.[0]?.message ?? violation.help}`);
  }
}

/** Complains about a page that has to be scrolled sideways. */
export async function fits(page, label) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) complain(`${label}: wider than the window by ${wide} px`);
}
