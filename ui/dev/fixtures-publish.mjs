// Recorded publications of one session, for looking at the sheet, the cards and the settings.

const hex = (n) => ((n * 2654435761 + 977) >>> 0).toString(16).padStart(8, "0").repeat(5).slice(0, 40);
const PR = "https://github.com/tern-labs/tern/pull/482";
const MANUAL = "https://github.com/tern-labs/tern/compare/release/0.9...agents/release-0.9-notes?expand=1";
const BODY = "## What changed\n\n- Retries use exponential back-off with full jitter\n- `Retry-After` is honoured\n- Column order is kept\n\nCloses #471\n";
const TITLE = "Release 0.9 notes";

export function publishCalls(world, ago) {
  const add = (type, payload, seconds) => world.append(type, payload, { ts: ago(seconds), sessionId: "notes", from: "server" });
  const head = "agents/release-0.9-notes";
  const of = (id, more = {}) => ({ by: "owner", "head-branch": head, "publish-id": id, ...more });
  const check = (name, state, more = {}) => ({ name, source: "check-run", state, url: `${PR}/checks`, ...more });
  const checks = {
    publishId: "p-4", state: "failed", commit: hex(40), readAt: ago(20),
    checks: [
      check("build (linux)", "passed"), check("clippy", "passed"), check("build (macos)", "passed"), check("docs", "passed"), check("build (windows)", "running"), check("a check with a name that is rather longer than anybody would want", "queued"),
      check("link-check", "failed", { summary: "docs/0.9.md:41 404 /guides/retry" }),
    ],
  };
  const one = (id, seconds, more) => ({
    id, sessionId: "notes", workspaceId: "tern", stage: "done", by: "owner", headBranch: head, headSource: "generated", baseBranch: "release/0.9", createPr: true, force: false, title: TITLE, body: BODY, remote: "origin", commit: hex(40), createdAt: ago(seconds + 4), updatedAt: ago(seconds), ...more,
  });
  const result = (id, status, more = {}) => ({ status, "publish-id": id, "head-branch": head, "base-branch": "release/0.9", message: "", pushed: status !== "error", commit: hex(40), ...more });
  const recent = [
    one("p-4", 600, { pr: { url: PR, number: 482, state: "open", reused: false }, checks, result: result("p-4", "pr-created", { "pr-url": PR, message: "The pull request is open." }) }),
    one("p-3", 1500, { result: result("p-3", "error", { pushed: true, reason: "rate-limited", message: "github.com answered: API rate limit exceeded for user ID 4711.", "retry-at": ago(-1260) }) }),
    one("p-2", 1980, { result: result("p-2", "manual-pr-required", { reason: "no-credentials", "manual-pr-url": MANUAL, message: "Pushed. No token for github.com is known here, so open the pull request by the link." }) }),
    one("p-1", 2160, { headBranch: "release/0.9", createPr: false, result: result("p-1", "error", { "head-branch": "release/0.9", pushed: false, reason: "remote-rejected", message: "The remote rejected `release/0.9`: protected branch hook declined.", "remote-said": "remote: error: GH006: Protected branch update failed for refs/heads/release/0.9.\nremote: error: Changes must be made through a pull request.\n ! [remote rejected] release/0.9 -> release/0.9 (protected branch hook declined)" }) }),
  ];
  add("message", { text: "/publish the release notes and open a pull request" }, 2200);
  add("git.push.started", of("p-1", { "head-branch": "release/0.9", force: false }), 2164);
  add("git.push.failed", of("p-1", { "head-branch": "release/0.9", error: "protected branch hook declined", reason: "remote-rejected" }), 2160);
  for (const [id, seconds] of [["p-2", 1980], ["p-3", 1500], ["p-4", 600]]) {
    add("git.push.started", of(id, { force: false }), seconds + 4);
    add("git.push.succeeded", of(id, { remote: "origin", commit: hex(40), "up-to-date": id !== "p-2" }), seconds + 2);
    add("git.pr.started", of(id, { "base-branch": "release/0.9" }), seconds + 1);
  }
  add("git.pr.manual", of("p-2", { "base-branch": "release/0.9", "manual-pr-url": MANUAL, reason: "no-credentials" }), 1980);
  add("git.pr.failed", of("p-3", { "base-branch": "release/0.9", error: "API rate limit exceeded", reason: "rate-limited" }), 1500);
  add("git.pr.succeeded", of("p-4", { "base-branch": "release/0.9", "pr-url": PR, reused: false }), 600);

  const publishing = { push: false, pushOrigin: "built-in", openPr: false, openPrOrigin: "built-in", githubHosts: ["git.tern-labs.example=https://git.tern-labs.example/api/v3"], githubHostsOrigin: "settings", protected: ["release/*"], protectedOrigin: "user config.toml:31" };
  const hosts = [
    { host: "github.com", api: "https://api.github.com", source: "keychain", place: "system", detail: "" },
    { host: "git.tern-labs.example", api: "https://git.tern-labs.example/api/v3", source: "none", detail: "No token is saved, `publish.tokenVariables` names none, and `gh` knows none." },
  ];
  const refused = (code, message) => Object.assign(new Error(message), { status: code === "publish.protected" ? 403 : 400, code });
  return {
    "publish.show": ({ sessionId }) => (sessionId === "notes" ? { sessionId, pushEnabled: true, prEnabled: true, latest: recent[0], recent } : { sessionId, pushEnabled: true, prEnabled: true, recent: [] }),
    "publish.defaults": ({ sessionId, headBranch, baseBranch }) => {
      if (headBranch?.includes("..")) throw refused("publish.bad_branch", `"${headBranch}" cannot be the name of a branch.`);
      if (headBranch === "release/0.9") throw refused("publish.protected", "`release/0.9` is protected by `release/*`. Push under another name, or with force.");
      return {
        sessionId, title: TITLE, body: BODY, headBranch: headBranch ?? head, headSource: headBranch ? "request" : "generated", generated: !headBranch, baseBranch: baseBranch ?? "release/0.9", commit: hex(40),
        commits: ["Fix the dead guide link", "Write the 0.9 notes", "Collect changes since 0.8", "Version 0.9.0"].map((subject, n) => ({ id: hex(40 + n), subject })), commitCount: 4,
        remote: { name: "origin", fetchUrl: "git@github.com:tern-labs/tern.git", pushUrl: "git@github.com:tern-labs/tern.git", provider: "github", host: "github.com", repository: "tern-labs/tern" },
        push: { possible: true }, pr: { possible: true }, tokenSource: "keychain", manualPrUrl: MANUAL, protected: ["main", "main_agents", "release/*"], pushEnabled: true, prEnabled: true, warnings: [],
      };
    },
    "publish.run": ({ createPr }) => (createPr ? recent[0].result : { ...recent[0].result, status: "pushed" }),
    "publish.checks": ({ publishId }) => ({ ...checks, publishId: publishId ?? "p-4" }),
    "publish.fix_check": () => ({ ok: true, requestId: "r-99" }),
    "publish.cancel": () => ({ ok: true }),
    "publish.hosts": () => ({ hosts, warnings: [] }),
    "publish.set_token": ({ host }) => Object.assign(hosts.find((one) => one.host === host), { source: "keychain", place: "system", detail: "" }),
    "publish.forget_token": ({ host }) => (Object.assign(hosts.find((one) => one.host === host), { source: "none", place: undefined }), { ok: true }),
    "config.publishing": () => publishing,
    "config.set_publishing": (change) => Object.assign(publishing, change),
  };
}
