// Buttons. One primary per view; work that takes time shows that it runs and cannot be pressed twice. A button that
// works keeps the keyboard's focus, which a disabled one would lose.

import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from "react";
import { Icon, type IconName } from "./Icon";
import { StateIcon } from "./State";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "danger" | "ghost";
  small?: boolean;
  touch?: boolean;
  icon?: IconName;
  /** Shows the running ring and refuses presses. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

/** Also keeps a form from being sent once more. */
function refuse(event: MouseEvent) {
  event.preventDefault();
  event.stopPropagation();
}

export function Button({ look = "plain", small, touch, icon, busy, className, children, ref, ...rest }: ButtonProps) {
  const classes = [
    "btn",
    busy && "is-off",
    look !== "plain" && `btn--${look}`,
    small && "btn--s",
    touch && "btn--touch",
    className,
  ];
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      {...(busy ? { "aria-busy": true, "aria-disabled": true, onClick: refuse } : {})}
      className={classes.filter(Boolean).join(" ")}
    >
      {busy ? <StateIcon kind="running" size="s" /> : icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

/** An icon alone: the label is its name, its tooltip and what is read aloud. */
export function IconButton({
  label,
  icon,
  look = "ghost",
  className,
  ...rest
}: Omit<ButtonProps, "children"> & { label: string; icon: IconName }) {
  return (
    <Button
      {...rest}
      look={look}
      icon={icon}
      aria-label={label}
      title={label}
      className={["btn--icon", className].filter(Boolean).join(" ")}
    />
  );
}
