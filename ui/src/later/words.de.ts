import type { Words } from "./words";

export const de: Words = {
  notYet: "Nicht in dieser Version",
  will: "Was hier einmal steht",
  today: "Was heute geht",
  agents: "Agenten",
  agentsLead: "Unmittelbare Gespräche mit einem einzelnen Programmier-Agenten",
  agents1: "Gespräche mit Codex, Claude Code und anderen, die hier installiert sind, mit jedem ihrer Schritte",
  agents2: "Ihre Fragen als unsere Freigaben, überall beantwortbar, ein einziges Mal",
  agents3: "Dieselbe Sandbox und dieselbe Übernahme wie bei jedem Auftrag",
  agentsCrew: "Die eingebaute Crew: Schreiben Sie in einem Gespräch, was Sie wollen; sie plant, arbeitet, prüft und übernimmt.",
  agentsModels: "Welche Modelle sie verwenden darf, wählen Sie hier:",
  agentsDoctor: "Was auf diesem Rechner gefunden wurde, steht hier:",
  settings: "Einstellungen",
  doctor: "Diagnose",
};
