// One symbol of the icon set. Icons decorate words; an icon that stands alone belongs to a labelled button.

import { type IconName, SYMBOLS } from "./symbols";

export type { IconName };

export function Icon({ name, size, spin }: { name: IconName; size?: "s" | "l"; spin?: boolean }) {
  const classes = ["i", size && `i--${size}`, spin && "spin"].filter(Boolean).join(" ");
  return (
    <svg className={classes} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** Mounted once at the top of the page. */
export function Sprite() {
  return (
    <svg className="sprite" aria-hidden="true">
      {Object.entries(SYMBOLS).map(([name, shape]) => (
        <symbol key={name} id={`i-${name}`} viewBox="0 0 16 16">
          {shape}
        </symbol>
      ))}
    </svg>
  );
}
