// Terminals side by side and below each other. Each stays the same element wherever it stands, so that moving one
// neither attaches it anew nor forgets what it has shown.

import { type ReactNode, useRef } from "react";
import { words } from "../words";
import { type Area, areas, type Border, type Layout, resized } from "./layout";

/** Parts that an arrow key moves a border. */
const STEP = 0.02;

const percent = (part: number) => `${part * 100}%`;
const styleOf = ({ left, top, width, height }: Area) => ({ left: percent(left), top: percent(top), width: percent(width), height: percent(height) });

export function Panes({
  layout,
  active,
  onActive,
  onLayout,
  pane,
}: {
  layout: Layout;
  active: string;
  onActive: (id: string) => void;
  onLayout: (layout: Layout) => void;
  pane: (id: string) => ReactNode;
}) {
  const field = useRef<HTMLDivElement>(null);
  const { panes, borders } = areas(layout);
  // In one order whatever the layout: the page does not move elements about.
  const ordered = [...panes].sort((a, b) => (a.id < b.id ? -1 : 1));
  return (
    <div className="tm__field" ref={field}>
      {ordered.map(({ id, ...area }) => (
        <div
          key={id}
          className={`tm__slot${id === active ? " tm__slot--on" : ""}${area.left > 0 ? " tm__slot--right" : ""}${area.top > 0 ? " tm__slot--below" : ""}`}
          style={styleOf(area)}
          onFocusCapture={() => onActive(id)}
          onPointerDownCapture={() => onActive(id)}
        >
          {pane(id)}
        </div>
      ))}
      {borders.map((border) => (
        <BorderLine key={border.path.join()} border={border} field={field} onMove={(part) => onLayout(resized(layout, border.path, part))} />
      ))}
    </div>
  );
}

function BorderLine({ border, field, onMove }: { border: Border; field: React.RefObject<HTMLDivElement | null>; onMove: (part: number) => void }) {
  const { way, part, whole } = border;
  const drag = (event: React.PointerEvent) => {
    const box = field.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const [at, start, length] =
      way === "row"
        ? [(event.clientX - box.left) / box.width, whole.left, whole.width]
        : [(event.clientY - box.top) / box.height, whole.top, whole.height];
    onMove((at - start) / length);
  };
  const [less, more] = way === "row" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  const keys: Record<string, number> = { [less]: part - STEP, [more]: part + STEP, Home: 0, End: 1, Enter: 0.5 };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={words.border}
      aria-orientation={way === "row" ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(part * 100)}
      aria-valuemin={15}
      aria-valuemax={85}
      className={`tm__border tm__border--${way}`}
      style={styleOf(border)}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => onMove(0.5)}
      onKeyDown={(event) => {
        const next = keys[event.key];
        if (next === undefined) return;
        event.preventDefault();
        onMove(next);
      }}
    />
  );
}
