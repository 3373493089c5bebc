// Tabs of a pane or page.

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Tab {
  value: string;
  label: string;
  /** After the label: a count or state. */
  mark?: ReactNode;
  disabled?: boolean;
}

export const TabsRoot = Radix.Root;
export const TabPanel = Radix.Content;

/** The row of tabs, inside a `TabsRoot`. */
export function TabRow({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  return (
    <Radix.List className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Radix.Trigger key={tab.value} value={tab.value} disabled={tab.disabled}>
          {tab.label}
          {tab.mark}
        </Radix.Trigger>
      ))}
    </Radix.List>
  );
}
