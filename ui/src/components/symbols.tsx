// The icon set: 16 px symbols drawn with the colour of the text around them. A name says what it means.

import type { ReactNode } from "react";

export const SYMBOLS = {
  alert: (
    <>
      <path d="M8 2.5 14 13H2z"/>
      <path d="M8 6.5v3"/>
      <path d="M8 11.2v.05" strokeWidth="1.9"/>
    </>
  ),
  ask: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M6.4 6.5a1.65 1.65 0 1 1 2.4 1.45c-.5.3-.8.6-.8 1.2"/>
      <path d="M8 11.2v.05" strokeWidth="1.9"/>
    </>
  ),
  at: (
    <>
      <circle cx="8" cy="8" r="2.5"/>
      <path d="M10.5 5.5V9a1.6 1.6 0 0 0 3.2 0V8A5.7 5.7 0 1 0 11 12.9"/>
    </>
  ),
  bell: (
    <>
      <path d="M3.5 11.5h9L11.2 9.8V6.7a3.2 3.2 0 0 0-6.4 0v3.1Z" />
      <path d="M6.8 13.4a1.3 1.3 0 0 0 2.4 0" />
    </>
  ),
  bolt: (
    <>
      <path d="M9 1.75 3.75 9H8l-1 5.25L12.25 7H8z"/>
    </>
  ),
  book: (
    <>
      <path d="M3 3.25h4A1.5 1.5 0 0 1 8 4.5a1.5 1.5 0 0 1 1-1.25h4v9.25H9.25A1.25 1.25 0 0 0 8 13.5a1.25 1.25 0 0 0-1.25-1H3z"/>
    </>
  ),
  box: (
    <>
      <path d="M8 1.75 13.5 4.75v6.5L8 14.25 2.5 11.25v-6.5z"/>
      <path d="M2.5 4.75 8 7.75l5.5-3M8 7.75v6.5"/>
    </>
  ),
  branch: (
    <>
      <circle cx="4.5" cy="3.75" r="1.75"/>
      <circle cx="4.5" cy="12.25" r="1.75"/>
      <circle cx="11.5" cy="5.25" r="1.75"/>
      <path d="M4.5 5.5v5M11.5 7c0 2.5-3 3-5.25 3.75"/>
    </>
  ),
  chat: (
    <>
      <path d="M2.5 4.5a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H7l-3 2.5v-2.5a1.5 1.5 0 0 1-1.5-1.5z"/>
    </>
  ),
  check: (
    <>
      <path d="m3 8.5 3.25 3.25L13 5"/>
    </>
  ),
  chip: (
    <>
      <rect x="4" y="4" width="8" height="8" rx="1.5"/>
      <path d="M6.5 1.75V4M9.5 1.75V4M6.5 12v2.25M9.5 12v2.25M1.75 6.5H4M1.75 9.5H4M12 6.5h2.25M12 9.5h2.25"/>
    </>
  ),
  clip: (
    <>
      <path d="m12.75 7.5-4.9 4.9a2.9 2.9 0 0 1-4.1-4.1l5.3-5.3a1.9 1.9 0 0 1 2.7 2.7l-5 5a.9.9 0 0 1-1.3-1.3l4.3-4.3"/>
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M8 5v3.25l2 1.25"/>
    </>
  ),
  coin: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M9.75 6.25C9.4 5.6 8.75 5.3 8 5.3c-1 0-1.8.5-1.8 1.3 0 1.9 3.7.9 3.7 2.8 0 .8-.8 1.3-1.9 1.3-.9 0-1.6-.4-1.9-1.1M8 4.4v7.2"/>
    </>
  ),
  contrast: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M8 2.25v11.5A5.75 5.75 0 0 0 8 2.25z" fill="currentColor"/>
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/>
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5"/>
    </>
  ),
  diff: (
    <>
      <path d="M8 2.5v6M5 5.5h6M5 12.5h6"/>
    </>
  ),
  down: (
    <>
      <path d="m4 6 4 4 4-4"/>
    </>
  ),
  ext: (
    <>
      <path d="M9 3h4v4M13 3 7.5 8.5M11.5 9.5v2A1.5 1.5 0 0 1 10 13H4.5A1.5 1.5 0 0 1 3 11.5V6a1.5 1.5 0 0 1 1.5-1.5h2"/>
    </>
  ),
  eye: (
    <>
      <path d="M1.5 8S4 3.75 8 3.75 14.5 8 14.5 8 12 12.25 8 12.25 1.5 8 1.5 8z"/>
      <circle cx="8" cy="8" r="2"/>
    </>
  ),
  failed: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="m6 6 4 4M10 6l-4 4"/>
    </>
  ),
  file: (
    <>
      <path d="M4.5 1.75h4.75L12.5 5v8a1.25 1.25 0 0 1-1.25 1.25h-6.5A1.25 1.25 0 0 1 3.5 13V2.75a1 1 0 0 1 1-1z"/>
      <path d="M9 2v3.25h3.25"/>
    </>
  ),
  folder: (
    <>
      <path d="M2 4.25A1.25 1.25 0 0 1 3.25 3h2.9l1.5 1.75h5.1A1.25 1.25 0 0 1 14 6v5.75A1.25 1.25 0 0 1 12.75 13h-9.5A1.25 1.25 0 0 1 2 11.75z"/>
    </>
  ),
  gauge: (
    <>
      <path d="M2.5 11a5.75 5.75 0 1 1 11 0M8 9.5l2.5-3"/>
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M2.25 8h11.5M8 2.25c2 1.75 2.5 3.75 2.5 5.75S10 12 8 13.75M8 2.25C6 4 5.5 6 5.5 8S6 12 8 13.75"/>
    </>
  ),
  helm: (
    <>
      <circle cx="8" cy="8" r="3.5"/>
      <circle cx="8" cy="8" r=".6"/>
      <path d="M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3M3.4 3.4l2.1 2.1M10.5 10.5l2.1 2.1M12.6 3.4l-2.1 2.1M5.5 10.5l-2.1 2.1"/>
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="M8 7.5v3.25"/>
      <path d="M8 5.2v.05" strokeWidth="1.9"/>
    </>
  ),
  key: (
    <>
      <circle cx="5" cy="11" r="2.75"/>
      <path d="m7 9 5.5-5.5M10.5 5.5 12.5 7.5"/>
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8" rx="1.5"/>
      <path d="M4 6.75v.05M6.7 6.75v.05M9.3 6.75v.05M12 6.75v.05M5 9.5h6"/>
    </>
  ),
  landed: (
    <>
      <circle cx="8" cy="3.5" r="1.5"/>
      <path d="M8 5v9M5 7.5h6M2.75 9.5C3 12 5 14 8 14s5-2 5.25-4.5"/>
    </>
  ),
  left: (
    <>
      <path d="m10 4-4 4 4 4"/>
    </>
  ),
  merge: (
    <>
      <circle cx="4.5" cy="3.75" r="1.75"/>
      <circle cx="4.5" cy="12.25" r="1.75"/>
      <circle cx="11.5" cy="9.25" r="1.75"/>
      <path d="M4.5 5.5v5M4.75 5.5c.5 2.25 2.25 3.5 5 3.75"/>
    </>
  ),
  minus: (
    <>
      <path d="M3 8h10"/>
    </>
  ),
  moon: (
    <>
      <path d="M13.25 9.5A5.5 5.5 0 0 1 6.5 2.75a5.75 5.75 0 1 0 6.75 6.75z"/>
    </>
  ),
  more: (
    <>
      <path d="M3.5 8v.05M8 8v.05M12.5 8v.05" strokeWidth="2"/>
    </>
  ),
  needs: (
    <>
      <path d="M8 1.9 14.1 8 8 14.1 1.9 8z"/>
      <path d="M8 5.4v3"/>
      <path d="M8 10.6v.05" strokeWidth="1.9"/>
    </>
  ),
  node: (
    <>
      <rect x="2.5" y="3" width="11" height="4" rx="1"/>
      <rect x="2.5" y="9" width="11" height="4" rx="1"/>
      <path d="M5 5v.05M5 11v.05"/>
    </>
  ),
  offline: (
    <>
      <path d="M2 2l12 12M4.2 7A6.6 6.6 0 0 1 6.5 5.6M9.6 5.5c.8.3 1.6.8 2.2 1.5M6.3 9.3a2.6 2.6 0 0 1 3.2-.1"/>
      <path d="M8 12v.05" strokeWidth="1.9"/>
    </>
  ),
  pane: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.5"/>
      <path d="M10 3v10"/>
    </>
  ),
  passed: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <path d="m5.5 8.25 1.75 1.75L10.75 6.25"/>
    </>
  ),
  paste: (
    <>
      <rect x="3.5" y="3" width="9" height="11" rx="1.5"/>
      <path d="M6 3V2h4v1.75H6zM6 7.5h4M6 10.5h2.5"/>
    </>
  ),
  pause: (
    <>
      <path d="M5.5 3.5v9M10.5 3.5v9"/>
    </>
  ),
  pencil: (
    <>
      <path d="M10.5 3.25 12.75 5.5 5.5 12.75 2.75 13.25 3.25 10.5z"/>
    </>
  ),
  phone: (
    <>
      <rect x="4.5" y="1.5" width="7" height="13" rx="1.5"/>
      <path d="M7.25 12.5h1.5"/>
    </>
  ),
  plan: (
    <>
      <rect x="3" y="2.5" width="10" height="11" rx="1.5"/>
      <path d="M5.5 6h5M5.5 8.5h5M5.5 11h3"/>
    </>
  ),
  play: (
    <>
      <path d="M5 3.25 12.5 8 5 12.75z"/>
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10"/>
    </>
  ),
  pr: (
    <>
      <circle cx="4" cy="3.75" r="1.75"/>
      <circle cx="4" cy="12.25" r="1.75"/>
      <circle cx="12" cy="12.25" r="1.75"/>
      <path d="M4 5.5v5M12 10.5V6a2 2 0 0 0-2-2H7.5M9.25 2.25 7.5 4l1.75 1.75"/>
    </>
  ),
  record: (
    <>
      <circle cx="8" cy="8" r="5.75"/>
      <circle cx="8" cy="8" r="2.25" fill="currentColor"/>
    </>
  ),
  refresh: (
    <>
      <path d="M13 5.5A5.5 5.5 0 0 0 3 6.5M3 10.5a5.5 5.5 0 0 0 10-1"/>
      <path d="M13 2.5v3h-3M3 13.5v-3h3"/>
    </>
  ),
  right: (
    <>
      <path d="m6 4 4 4-4 4"/>
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="5.75" opacity=".36"/>
      <path d="M8 2.25A5.75 5.75 0 0 1 8 13.75"/>
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25"/>
      <path d="m10.25 10.25 3.25 3.25"/>
    </>
  ),
  send: (
    <>
      <path d="M8 13V3.5M4 7l4-4 4 4"/>
    </>
  ),
  shield: (
    <>
      <path d="M8 1.75 13 3.5v4c0 3.2-2.1 5.6-5 6.75C5.1 13.1 3 10.7 3 7.5v-4z"/>
    </>
  ),
  sliders: (
    <>
      <path d="M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6"/>
      <circle cx="10" cy="4.5" r="1.5"/>
      <circle cx="6" cy="11.5" r="1.5"/>
    </>
  ),
  split: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.5"/>
      <path d="M8 3v10"/>
    </>
  ),
  stack: (
    <>
      <path d="M8 2.5 13.5 5 8 7.5 2.5 5z"/>
      <path d="M2.5 8 8 10.5 13.5 8"/>
      <path d="M2.5 11 8 13.5 13.5 11"/>
    </>
  ),
  stop: (
    <>
      <rect x="4" y="4" width="8" height="8" rx="1"/>
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.75"/>
      <path d="M8 1.75v1.5M8 12.75v1.5M1.75 8h1.5M12.75 8h1.5M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1"/>
    </>
  ),
  terminal: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="2"/>
      <path d="m4.5 6.5 2 1.5-2 1.5"/>
      <path d="M8.5 10h3"/>
    </>
  ),
  undo: (
    <>
      <path d="M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6.25a3.5 3.5 0 0 1 0 7H6"/>
    </>
  ),
  up: (
    <>
      <path d="m4 10 4-4 4 4"/>
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="5.75" strokeDasharray="2.2 2.3"/>
    </>
  ),
  wave: (
    <>
      <path d="M1.5 9.5c1.6 0 1.6-2 3.25-2s1.6 2 3.25 2 1.6-2 3.25-2 1.6 2 3.25 2"/>
    </>
  ),
  x: (
    <>
      <path d="m4 4 8 8M12 4l-8 8"/>
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SYMBOLS;
