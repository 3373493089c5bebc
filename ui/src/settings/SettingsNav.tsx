// The sections on the left, shared with the doctor.

import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Icon } from "../components";
import { SECTIONS, type SectionId } from "./sections";
import { words } from "./words";

export function SettingsNav({ current, mark }: { current: SectionId | "doctor"; mark?: React.ReactNode }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => showCurrent(nav.current), [current]);
  const group = (of: "workspace" | "machine") => SECTIONS.filter((section) => section.of === of);
  return (
    <nav className="setnav" aria-label={words.sections} ref={nav}>
      <div className="label setnav__label">{words.thisWorkspace}</div>
      {group("workspace").map((section) => (
        <Item key={section.id} section={section} on={section.id === current} />
      ))}
      <div className="label setnav__label">{words.thisMachine}</div>
      {group("machine").map((section) => (
        <Item key={section.id} section={section} on={section.id === current} />
      ))}
      <Link to="/doctor" className={`nav${current === "doctor" ? " on" : ""}`} aria-current={current === "doctor" ? "page" : undefined}>
        <Icon name="gauge" />
        <span className="grow">{words.doctor}</span>
        {mark}
      </Link>
    </nav>
  );
}

/** On a phone the sections stand in one row, longer than the screen. */
function showCurrent(nav: HTMLElement | null): void {
  const current = nav?.querySelector<HTMLElement>("[aria-current]");
  if (nav && current && nav.scrollWidth > nav.clientWidth) nav.scrollLeft = current.offsetLeft - 16;
}

function Item({ section, on }: { section: (typeof SECTIONS)[number]; on: boolean }) {
  return (
    // Sections differ in the part after the `#` alone: without it the router calls every one of them current.
    <Link to="/settings" hash={section.id} activeOptions={{ includeHash: true }} className={`nav${on ? " on" : ""}`} aria-current={on ? "page" : undefined}>
      <Icon name={section.icon} />
      <span className="grow">{section.label}</span>
    </Link>
  );
}
