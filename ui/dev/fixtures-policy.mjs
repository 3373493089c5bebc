// Recorded answers about policy and the network of jobs, for looking at their pages.

const QUESTION = (ago) => ({
  id: "a-40", workspaceId: "tern", sessionId: "ingest", action: "command", summary: "Let “Exponential back-off with full jitter” run `cargo add rand --features small_rng`", subject: "j-214:7d1f", risk: "medium", askedBy: "w-1",
  why: "Careful: commands that add packages ask", hash: "41d79f2caa03be55c1d8e7f60b1a2c3d4e5f60718293a4b5c6d7e8f9012345e1",
  details: { kind: "command", workspaceId: "tern", jobId: "j-214", argv: ["bash", "-c", "cargo add rand --features small_rng"], cwd: "/home/ana/.local/share/pilothouse/jobs/j-214/clone", sandbox: true, classes: ["install"] },
  state: "pending", decidedBy: null, decidedAt: null, createdAt: ago(40), expiresAt: ago(-560),
  offer: { rule: { id: "", effect: "allow", kinds: ["command"], paths: [], argvPrefix: ["bash", "-c", "cargo add rand --features small_rng"], hosts: [], confined: true, maxRisk: "medium", actors: ["worker"] }, covers: "Running exactly `cargo add rand --features small_rng`, in a sandbox", spans: ["job", "session", "hour", "always"], jobId: "j-214" },
});

const rule = (id, effect, more) => ({ id, effect, kinds: ["command"], paths: [], argvPrefix: [], hosts: [], maxRisk: null, maxFiles: null, maxLines: null, actors: [], minutes: null, ...more });
const MINE = "/home/ana/.config/pilothouse/policy.toml";
const standing = (one, line, says, more = {}) => ({ rule: one, source: "user", file: MINE, line, counts: true, says, problems: [], ...more });

const SHOWN = {
  workspaceId: "tern", profile: "careful", chosen: "balanced", tightenedBy: "repository: .pilothouse/config.toml:4",
  meaning: ["Every landing asks.", "Every network host, push by the crew and first use of a recipe asks."],
  rules: [
    standing(rule("no-push", "deny", { argvPrefix: ["git", "push"] }), 3, "Denies command for commands that begin with `git push`"),
    standing(rule("infra", "ask", { kinds: ["land"], paths: ["infra/**"] }), 12, "Asks before land on infra/**", { source: "repository", file: ".pilothouse/policy.toml" }),
    standing(rule("tests", "allow", { argvPrefix: ["cargo", "test"] }), 9, "Allows command for commands that begin with `cargo test`"),
    standing(rule("free", "allow", { kinds: ["network"], hosts: ["*"] }), 20, "Allows network to *", { source: "repository", file: ".pilothouse/policy.toml", counts: false, problems: ["A repository can only tighten; this rule is not used"] }),
  ],
  files: [{ source: "user", path: MINE, found: true }, { source: "repository", path: ".pilothouse/policy.toml", found: true }],
  lines: [
    ["command.read", "allow", "the sandbox confines the command, and every host asks for itself"], ["command.install", "ask", "commands that add packages ask"], ["command.delete", "ask", "commands that touch what is outside the clone, or ask for more rights ask"],
    ["command.publish", "ask", "commands that push or publish ask"], ["command.host", "ask", "without a sandbox every command asks"], ["network", "ask", "reaching a host asks"], ["land", "ask", "every landing asks"],
  ].map(([id, effect, says]) => ({ id, effect, says })),
};

/** The calls, with a state of their own. */
export function policyCalls(ago, otherApproval) {
  const question = QUESTION(ago);
  const kept = (id, covers, more) => ({ grant: { id, rule: rule(id, "allow", {}), workspaceId: "tern", sessionId: null, jobId: null, expiresAtMs: null }, span: "always", covers, approvalId: "a-40", by: "owner", madeAt: ago(7_200), used: 0, ...more });
  let grants = [
    kept("grant-1", "Connecting to index.crates.io on port 443", { used: 14, lastUsedAt: ago(300) }),
    kept("grant-2", "Running exactly `npm install --save-dev @playwright/test@1.49`, in a sandbox", { span: "hour", expiresAt: ago(-1_500), used: 1, lastUsedAt: ago(900) }),
    kept("grant-3", "Writing docs/changelog.md", { span: "job" }),
  ];
  const network = {
    jobs: "ask", jobsOrigin: "built-in", allowOrigin: "settings", hosts: ["git.example.org", "*.internal.example:8443"],
    presets: [["cargo", true, ["index.crates.io", "static.crates.io"]], ["npm", true, ["registry.npmjs.org", "registry.yarnpkg.com"]], ["pypi", false, ["pypi.org", "files.pythonhosted.org"]], ["go", false, ["proxy.golang.org", "sum.golang.org"]], ["maven", false, ["repo.maven.apache.org", "repo1.maven.org"]]].map(([name, on, hosts]) => ({ name, on, hosts })),
  };
  return {
    "approval.get": ({ id }) => (id === question.id ? question : otherApproval()),
    "policy.show": () => SHOWN,
    "policy.grants": () => ({ grants }),
    "policy.revoke": ({ id }) => {
      const gone = grants.find((one) => one.grant.id === id);
      grants = grants.filter((one) => one !== gone);
      return gone;
    },
    "policy.explain": ({ action }) => ({ verdict: { effect: "deny", ruleId: "no-push", rule: "Your rule `no-push` denies this" }, place: `${MINE}:3`, classes: action.kind === "command" ? ["build", "publish"] : [] }),
    "config.network": () => network,
    "config.set_network": ({ jobs, allow }) => {
      if (jobs) network.jobs = jobs;
      if (allow) {
        for (const preset of network.presets) preset.on = allow.includes(preset.name);
        network.hosts = allow.filter((one) => !network.presets.some((preset) => preset.name === one));
      }
      return network;
    },
  };
}
