// A menu behind a button, and a dialog. Radix keeps focus, Escape and the screen reader right.

import { Dialog as RadixDialog, DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import { Icon, type IconName } from "./Icon";
import { Kbd } from "./Kbd";
import { words } from "./words";

export interface MenuItem {
  label: string;
  icon?: IconName;
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  /** A tick for the chosen one of several. */
  chosen?: boolean;
  onSelect: () => void;
}

export type MenuEntry = MenuItem | "separator" | { heading: string };

export function Menu({
  trigger,
  items,
  align = "end",
}: {
  /** One focusable element. */
  trigger: ReactNode;
  items: readonly MenuEntry[];
  align?: "start" | "end";
}) {
  // Where some have a picture, the others keep its place free, so that all words begin under one another.
  const pictured = items.some((item) => item !== "separator" && "icon" in item);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu floats" align={align} sideOffset={4} collisionPadding={8}>
          {items.map((item, index) => {
            // The list of one menu never changes while it is open, so the place is the key.
            if (item === "separator") return <DropdownMenu.Separator key={`s${index}`} className="msep" />;
            if ("heading" in item) {
              return (
                <DropdownMenu.Label key={item.heading} className="label menu__head">
                  {item.heading}
                </DropdownMenu.Label>
              );
            }
            return (
              <DropdownMenu.Item
                key={item.label}
                className={`mi${item.danger ? " mi--danger" : ""}`}
                disabled={item.disabled}
                onSelect={item.onSelect}
              >
                {item.icon ? <Icon name={item.icon} /> : pictured ? <span className="i" /> : null}
                <span className="grow">{item.label}</span>
                {item.chosen ? <Icon name="check" size="s" /> : null}
                {item.keys ? <Kbd keys={item.keys} /> : null}
              </DropdownMenu.Item>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function Dialog({
  open,
  onOpenChange,
  title,
  text,
  children,
  foot,
  width = 460,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title, also the description for a screen reader. */
  text?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
  width?: number;
}) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content className="dialog dialog--mid" style={{ width }} {...(text ? {} : { "aria-describedby": undefined })}>
          <div className="dialog__body">
            <div className="h">
              <RadixDialog.Title className="t4 grow">{title}</RadixDialog.Title>
              <RadixDialog.Close asChild>
                <IconButton label={words.close} icon="x" small />
              </RadixDialog.Close>
            </div>
            {text ? <RadixDialog.Description className="c2">{text}</RadixDialog.Description> : null}
            {children}
          </div>
          {foot ? <div className="dialog__foot">{foot}</div> : null}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
