// How terminals share the page: one, or two parts beside or below each other, each of them such a layout again. Pure.

export type Way = "row" | "column";

export type Layout = { id: string } | { way: Way; part: number; first: Layout; second: Layout };

/** A place on the page, in parts of the whole. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Between two parts. */
export interface Border extends Area {
  /** Which of the parts to follow from the whole down to it. */
  path: readonly ("first" | "second")[];
  way: Way;
  part: number;
  /** What it divides. */
  whole: Area;
}

/** Terminals at once; more cannot be read. */
export const MOST = 6;
const SMALLEST = 0.15;
const WHOLE: Area = { left: 0, top: 0, width: 1, height: 1 };

export function idsOf(layout: Layout): string[] {
  return "id" in layout ? [layout.id] : [...idsOf(layout.first), ...idsOf(layout.second)];
}

/** `fresh` beside or below `at`. */
export function split(layout: Layout, at: string, way: Way, fresh: string): Layout {
  if (idsOf(layout).length >= MOST || idsOf(layout).includes(fresh)) return layout;
  return change(layout, at, (one) => ({ way, part: 0.5, first: one, second: { id: fresh } }));
}

/** `fresh` where `at` was; where both are shown they change places. */
export function put(layout: Layout, at: string, fresh: string): Layout {
  if ("id" in layout) return { id: layout.id === at ? fresh : layout.id === fresh ? at : layout.id };
  return { ...layout, first: put(layout.first, at, fresh), second: put(layout.second, at, fresh) };
}

/** Without those that are not to be shown any more; nothing when none is left. */
export function keep(layout: Layout, shown: (id: string) => boolean): Layout | undefined {
  if ("id" in layout) return shown(layout.id) ? layout : undefined;
  const [first, second] = [keep(layout.first, shown), keep(layout.second, shown)];
  if (first && second) return first === layout.first && second === layout.second ? layout : { ...layout, first, second };
  return first ?? second;
}

export function resized(layout: Layout, path: Border["path"], part: number): Layout {
  if ("id" in layout) return layout;
  const [next, ...rest] = path;
  if (next === undefined) return { ...layout, part: Math.min(1 - SMALLEST, Math.max(SMALLEST, part)) };
  return { ...layout, [next]: resized(layout[next], rest, part) };
}

/** Where each terminal stands, and the borders between them. */
export function areas(layout: Layout, whole = WHOLE, path: Border["path"] = []): { panes: ({ id: string } & Area)[]; borders: Border[] } {
  if ("id" in layout) return { panes: [{ id: layout.id, ...whole }], borders: [] };
  const { way, part } = layout;
  const { left, top, width, height } = whole;
  const [a, b, line] =
    way === "row"
      ? [{ ...whole, width: width * part }, { ...whole, left: left + width * part, width: width * (1 - part) }, { left: left + width * part, top, width: 0, height }]
      : [{ ...whole, height: height * part }, { ...whole, top: top + height * part, height: height * (1 - part) }, { left, top: top + height * part, width, height: 0 }];
  const [first, second] = [areas(layout.first, a, [...path, "first"]), areas(layout.second, b, [...path, "second"])];
  return {
    panes: [...first.panes, ...second.panes],
    borders: [{ ...line, path, way, part, whole }, ...first.borders, ...second.borders],
  };
}

/** What a page has kept; nothing when it is no layout. */
export function readLayout(text: string | null): Layout | undefined {
  try {
    const read = checked(JSON.parse(text ?? "null"), 0);
    const ids = read ? idsOf(read) : [];
    return ids.length <= MOST && new Set(ids).size === ids.length ? read : undefined;
  } catch {
    return undefined;
  }
}

function checked(value: unknown, depth: number): Layout | undefined {
  if (typeof value !== "object" || value === null || depth > MOST) return undefined;
  if ("id" in value) return typeof value.id === "string" ? { id: value.id } : undefined;
  if (!("way" in value && "part" in value && "first" in value && "second" in value)) return undefined;
  const [first, second] = [checked(value.first, depth + 1), checked(value.second, depth + 1)];
  if (!first || !second || (value.way !== "row" && value.way !== "column") || typeof value.part !== "number") return undefined;
  return resized({ way: value.way, part: 0.5, first, second }, [], value.part);
}

function change(layout: Layout, at: string, to: (one: Layout) => Layout): Layout {
  if ("id" in layout) return layout.id === at ? to(layout) : layout;
  return { ...layout, first: change(layout.first, at, to), second: change(layout.second, at, to) };
}
