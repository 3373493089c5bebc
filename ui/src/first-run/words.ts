import { defineWords } from "../words";

export const words = defineWords(
  {
    title: "Set up",
    skip: "Skip set-up",
    choose: "Choose a repository",
    found: "What was found",
    message: "First message",
    privacy: "Everything stays on this machine. Nothing is sent anywhere until you pick a model.",
    path: "Folder of the repository",
    pathHint: "Its full path on this machine. Your checkout, your branch and uncommitted files are never touched.",
    pick: "Choose a folder",
    add: "Continue",
    onlyGit: "Only git is required. You can change all of this later.",
    back: "Back",
    next: "Continue",
    confirm: "Use these checks",
    edit: "Edit",
    say: "What should the crew do first?",
    begin: "Send",
  },
  {
    de: {
      title: "Einrichten",
      choose: "Repository wählen",
      found: "Was gefunden wurde",
      message: "Erste Nachricht",
      add: "Weiter",
      next: "Weiter",
      back: "Zurück",
    },
  },
);
