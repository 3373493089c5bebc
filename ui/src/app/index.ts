export { alike, type Called, CrewProvider, useAction, useCall, useClient, useCrew, useModel, useSelected, useStore } from "./context";
export { useMay } from "./may";
export { useNarrow } from "./narrow";
export { useOwnDevice } from "./own-device";
export { PageBar } from "./PageBar";
export { chooseDiffColours, chooseTheme, type DiffColours, type ThemeChoice, useDiffColours, useTheme } from "./theme";
export { keysOf, remap, type Shortcut, type ShortcutId, useShortcut, useShortcuts } from "./shortcuts";
