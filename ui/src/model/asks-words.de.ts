import type { Words } from "./asks-words";

export const de: Words = {
  land: (title, branch) => `„${title}“ in ${branch} übernehmen`,
  landMain: (branch, to, n) => `${branch} auf ${to} vorrücken: ${n === 1 ? "1 Commit" : `${n} Commits`}`,
  trustNothing: "Für dieses Repository wurden keine Prüfungen gefunden. Seine Änderungen ohne Prüfung übernehmen?",
  trust: (n, commands) => `${n === 1 ? "Eine Prüfung" : `${n} Prüfungen`} dieses Repositorys entscheiden lassen, was übernommen wird: ${commands}`,
  setupNetwork: (command, hosts) => `Das Netz für den Einrichtungsschritt \`${command}\` öffnen (${hosts})`,
  imageBuild: (file, digest) => `Ein Image aus ${file} bauen (sha256 ${digest})`,
  jobNetwork: (job, target) => `„${job}“ ${target} erreichen lassen`,
  jobCommand: (job, command) => `„${job}“ ${command} ausführen lassen`,
  jobWrite: (job, paths) => `„${job}“ ${paths} schreiben lassen, außerhalb dessen, was der Auftrag ändern darf`,
  bisect: (command) => `\`${command}\` auf mehreren Commits ausführen`,
  localCommand: (command) => `${command} auf einer Kopie des Repositorys ausführen`,
  recipe: (name) => `Das Rezept ${name} zum ersten Mal ausführen`,
  push: (branch, remote) => `${branch} nach ${remote} pushen`,
  pushOpens: (branch, remote) => `${branch} nach ${remote} pushen und einen Pull Request öffnen`,
  pushOver: (branch, remote, there) => `${branch} nach ${remote} pushen und ${there} dort überschreiben`,
  tool: (name) => `Das Werkzeug ${name} ausführen`,
  imageWhy: (file) => `${file} beschreibt das Image der Aufträge und Prüfungen. Der Build führt die eigenen Schritte des Repositorys mit dem Netz der Engine aus, außerhalb der Sandbox.`,
  toolWhy: "Der Werkzeugaufruf verlangt selbst eine Freigabe.",
  localWhy: "LocalBuddy führt keinen Befehl aus, ohne dass genau er erlaubt wurde.",
};
