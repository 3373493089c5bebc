// The emulator of a browser, with the fastest way of drawing that works here: the graphics card, or the page itself.

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { type ITheme, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { familyOf, type Look } from "./preferences";
import { scrollByTouch } from "./touch";

export type Renderer = "webgl" | "dom";

export interface Emulator {
  terminal: Terminal;
  search: SearchAddon;
  /** Columns and rows that fit where it stands; nothing while it is not shown. */
  fits: () => { cols: number; rows: number } | undefined;
  /** How it is drawn. */
  renderer: () => Renderer;
  /** Told when it is drawn in another way from now on. */
  onRenderer: (told: (renderer: Renderer) => void) => void;
  restyle: (look: Look) => void;
  dispose: () => void;
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The page's own colours, which differ between light, dark and high contrast. */
export function themeOf(style: CSSStyleDeclaration): ITheme {
  const read = (name: string) => style.getPropertyValue(name).trim();
  const theme: Record<string, string> = {
    background: read("--term-bg"),
    foreground: read("--term-fg"),
    cursor: read("--term-cursor"),
    cursorAccent: read("--term-bg"),
    selectionBackground: read("--bg-selected"),
  };
  for (const colour of COLOURS) {
    theme[colour] = read(`--ansi-${colour}`);
    theme[`bright${colour.charAt(0).toUpperCase()}${colour.slice(1)}`] = read(`--ansi-bright-${colour}`);
  }
  return theme;
}

/** Links lead to the web and nowhere else, and the page they lead to learns nothing of this one. */
function follow(event: MouseEvent, address: string): void {
  event.preventDefault();
  if (/^https?:\/\//i.test(address)) window.open(address, "_blank", "noopener,noreferrer");
}

export function createEmulator(place: HTMLElement, look: Look, label: string): Emulator {
  const style = getComputedStyle(document.documentElement);
  const mono = style.getPropertyValue("--font-mono").trim() || "monospace";
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: false,
    fontFamily: familyOf(look.font, mono),
    // Text that a program has made a link; its address is not what it looks like, so it is told first.
    linkHandler: { activate: follow, hover: (_, address) => place.setAttribute("title", address), leave: () => place.removeAttribute("title") },
    fontSize: look.fontSize,
    scrollback: look.scrollback,
    screenReaderMode: look.screenReader,
    minimumContrastRatio: 4.5,
    theme: themeOf(style),
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon(follow));
  terminal.open(place);
  terminal.textarea?.setAttribute("aria-label", label);
  let webgl: WebglAddon | undefined;
  let told: ((renderer: Renderer) => void) | undefined;
  try {
    webgl = new WebglAddon();
    // The system may take the context away at any time; the page draws then.
    webgl.onContextLoss(() => {
      webgl?.dispose();
      webgl = undefined;
      told?.("dom");
    });
    terminal.loadAddon(webgl);
  } catch {
    webgl = undefined;
  }
  const untouch = scrollByTouch(place, terminal);
  const recolour = () => {
    terminal.options.theme = themeOf(getComputedStyle(document.documentElement));
  };
  const themes = new MutationObserver(recolour);
  themes.observe(document.documentElement, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolour);
  return {
    terminal,
    search,
    fits: () => {
      const size = fit.proposeDimensions();
      return size && size.cols > 1 && size.rows > 0 ? size : undefined;
    },
    renderer: () => (webgl ? "webgl" : "dom"),
    onRenderer: (next) => {
      told = next;
    },
    restyle: (next) => {
      terminal.options.fontFamily = familyOf(next.font, mono);
      terminal.options.fontSize = next.fontSize;
      terminal.options.scrollback = next.scrollback;
      terminal.options.screenReaderMode = next.screenReader;
    },
    dispose: () => {
      untouch();
      themes.disconnect();
      dark.removeEventListener("change", recolour);
      terminal.dispose();
    },
  };
}
