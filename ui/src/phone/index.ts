// The page as an app on a device.

export { NewerNote } from "./NewerNote";
export { SentRows } from "./SentRows";
export { startPhone } from "./start";
export { TapNote, TapNotes } from "./TapNote";
export { useTaps } from "./taps-of";
