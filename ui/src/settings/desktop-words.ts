// What the settings of the desktop app say.

import { defineWords } from "../words";
import { de } from "./desktop-words.de";

const en = {
  head: "This app",
  onClose: "When the window is closed",
  onCloseHint: "The server of this machine can go on without its window; the tray icon, or starting Pilothouse again, brings it back.",
  ask: "Ask",
  keep: "Keep running",
  quit: "Quit",
  login: "Start at login",
  loginHint: "Opens the window when you log in on this machine.",
  fixed: "Said when the app was started",
  reading: "Reading the choices of this app",
  failed: "This was not changed",
};

export type DesktopWords = typeof en;
export const words = defineWords(en, de);
