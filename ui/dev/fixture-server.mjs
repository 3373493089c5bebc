// Test-only: speaks the server's contract from recorded data, so that the interface can be looked at and tested in
// a browser without a crew behind it. `node dev/fixture-server.mjs [--port N] [--scenario busy|fresh|signedout] [--many N]`.
// POST /__fixture/<what> lets a test make things happen.

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as data from "./fixture-data.mjs";

const DIST = process.env.PILOTHOUSE_UI_DIST ?? join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const MIME = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };
const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function startFixture({ port = 0, scenario = "busy", many = 0 } = {}) {
  const world = makeWorld(scenario, many);
  const streams = new Set();
  let refuse = false;

  const publish = (type, payload, extra = {}) => {
    const delivered = world.append(type, payload, extra);
    for (const stream of streams) stream.write(frame(delivered));
    return delivered;
  };
  const ephemeral = (body) => {
    for (const stream of streams) stream.write(`event: ephemeral\ndata: ${JSON.stringify(body)}\n\n`);
  };
  const down = (on) => {
    refuse = on;
    if (on) for (const stream of streams) stream.destroy();
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://fixture");
    if (url.pathname.startsWith("/__fixture/")) {
      const body = await readJson(request);
      const what = url.pathname.slice("/__fixture/".length);
      if (what === "publish") publish(body.type, body.payload, body);
      else if (what === "delta") ephemeral({ type: "assistant.delta", sessionId: body.sessionId, requestId: body.requestId, text: body.text });
      else if (what === "down") down(body.on);
      else return send(response, 404, {});
      return send(response, 200, { ok: true });
    }
    if (refuse) return request.destroy();
    if (url.pathname === "/healthz") return send(response, 200, { ok: true });
    if (url.pathname === "/auth/exchange") {
      const { code } = await readJson(request);
      world.signedIn = code === "good";
      return world.signedIn ? send(response, 200, { ok: true }) : send(response, 401, { code: "unauthenticated", message: "This link was used already or is too old. `pilothouse open` makes a new one.", retryable: false });
    }
    const open = request.method === "POST" ? world.open?.[url.pathname] : undefined;
    if (open) {
      await readJson(request);
      try {
        return send(response, 200, open());
      } catch (failure) {
        return send(response, failure.status ?? 500, { code: failure.code ?? "internal", message: failure.message, retryable: false });
      }
    }
    const guarded = url.pathname.startsWith("/v1/");
    if (guarded && !world.signedIn) return send(response, 401, { code: "unauthenticated", message: "Sign in first.", retryable: false });
    if (url.pathname === "/v1/events") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write(": keepalive\n\n");
      const after = Number(url.searchParams.get("after") ?? 0);
      const from = after > world.events.length ? 0 : after;
      for (const delivered of world.events.slice(from)) response.write(frame(delivered));
      streams.add(response);
      response.on("close", () => streams.delete(response));
      return;
    }
    if (url.pathname.startsWith("/v1/rpc/") && request.method === "POST") {
      const method = url.pathname.slice("/v1/rpc/".length);
      const params = await readJson(request);
      try {
        const reply = world.call(method, params, publish, request.headers["idempotency-key"]);
        return send(response, 200, reply);
      } catch (failure) {
        return send(response, failure.status ?? 500, { code: failure.code ?? "internal", message: failure.message, retryable: false });
      }
    }
    return file(url.pathname, response);
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, publish, ephemeral, down, world, close: () => (server.closeAllConnections(), server.close()) });
    });
  });
}

function frame(delivered) {
  return `id: ${delivered.cursor}\ndata: ${JSON.stringify(delivered)}\n\n`;
}

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

function file(path, response) {
  const wanted = normalize(join(DIST, path));
  if (path.startsWith("/assets/") && !existsSync(wanted)) return send(response, 404, { code: "not_found", message: "No such file.", retryable: false });
  const name = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, "index.html");
  response.writeHead(200, { "content-type": MIME[extname(name)] ?? "application/octet-stream", "content-security-policy": CSP });
  createReadStream(name).pipe(response);
}

class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function makeWorld(scenario, many) {
  const fresh = scenario === "fresh";
  const world = { events: [], signedIn: scenario !== "signedout", seen: new Map() };
  let n = 0;
  world.append = (type, payload, extra = {}) => {
    const cursor = world.events.length + 1;
    const envelope = { protocolVersion: "0.1.0", id: extra.id ?? `ev-${cursor}`, ts: extra.ts ?? new Date().toISOString(), sessionId: extra.sessionId ?? "ingest", from: extra.from, ...(extra.correlationId ? { correlationId: extra.correlationId } : {}), type, payload };
    const delivered = { envelope, cursor };
    world.events.push(delivered);
    return delivered;
  };
  if (!fresh) {
    for (let i = 0; i < many; i += 1) {
      world.append("message", { text: `Earlier message ${i + 1}` }, { from: "user", ts: data.at(5000 - i / 10) });
      world.append("assistant_message", { text: `Earlier answer ${i + 1}, with enough words in it that it takes a line or two on a small screen.` }, { from: "localbuddy", ts: data.at(5000 - i / 10) });
    }
    for (const [minutes, type, payload, from] of data.story()) world.append(type, payload, { from, ts: data.at(minutes) });
  }
  const state = {
    workspaces: fresh ? [] : data.workspaces(), sessions: fresh ? [] : data.sessions(Math.min(many, 40)), jobs: fresh ? [] : data.jobs(many), approvals: fresh ? [] : data.approvals(), queues: fresh ? [] : data.mergeQueues(), models: [], savedKeys: [],
  };
  const find = (list, id, what) => {
    const found = list.find((one) => one.id === id);
    if (!found) throw new Refused(404, "not_found", `There is no ${what} ${id}.`);
    return found;
  };
  const entries = () => state.queues.flatMap((queue) => [...queue.entries, ...queue.recent]);
  const calls = {
    "terminals.list": () => ({ terminals: [], most: 64 }),
    "workspace.list": () => ({ workspaces: state.workspaces }),
    "workspace.add": ({ path }) => {
      if (!path.startsWith("/")) throw new Refused(422, "git.not_a_repository", `${path} is not a git repository. Give the folder that holds .git, or run git init there first.`);
      const id = path.split("/").pop();
      const made = { ...data.workspaces()[1], id, name: id, repoRoot: path };
      state.workspaces.push(made);
      state.sessions.push({ ...data.sessions(0)[4], sessionId: `dev-${id}`, workspaceId: id });
      return made;
    },
    "workspace.update": ({ id, ...change }) => {
      const workspace = find(state.workspaces, id, "workspace");
      const { checks, ...rest } = change;
      Object.assign(workspace, rest);
      if (change.trusted) workspace.checks = { ...workspace.checks, confirmed: true };
      if (checks) workspace.checks = { ...workspace.checks, checks, origin: "user", confirmed: true };
      return workspace;
    },
    "workspace.facts": () => data.facts(),
    "checks.dryRun": ({ workspaceId }) => {
      const workspace = find(state.workspaces, workspaceId, "workspace");
      if (!workspace.checks.confirmed) throw new Refused(409, "conflict", "These checks are not confirmed yet. Use them first, then try them.");
      world.trial = data.dryRun(workspace, "running");
      return world.trial;
    },
    "checks.dryRunState": ({ workspaceId }) => ({ run: world.trial?.workspaceId === workspaceId ? world.trial : null }),
    "session.list": () => ({ sessions: state.sessions }),
    "session.create": ({ sessionId, workspaceId, label }) => {
      const id = sessionId ?? `s-${(n += 1)}`;
      state.sessions.push({ ...data.sessions(0)[4], sessionId: id, workspaceId, label: label ?? id });
      return { sessionId: id, protocolVersion: "0.1.0", created: true, workspaceId: workspaceId ?? null };
    },
    "session.rename": ({ sessionId, label }) => {
      for (const one of state.sessions) if (one.sessionId === sessionId) one.label = label;
      return { ok: true };
    },
    "session.events": ({ sessionId, before, after, limit = 200 }) => {
      const own = world.events.filter((one) => one.envelope.sessionId === sessionId && (before === undefined || one.cursor < before) && (after === undefined || one.cursor > after));
      const page = after === undefined ? own.slice(-limit) : own.slice(0, limit);
      return { events: page, latest: world.events.length, more: own.length > page.length };
    },
    "chat.send": ({ sessionId, text }, publish) => {
      const delivered = publish("message", { text }, { sessionId, from: "user" });
      return { ok: true, code: "accepted", eventId: delivered.envelope.id, cursor: delivered.cursor, requestId: "r-91", queuePosition: 1, etaMs: null };
    },
    "approval.list": () => ({ approvals: state.approvals }),
    "approval.get": ({ id }) => find(state.approvals, id, "approval"),
    "approval.answer": ({ approvalId, decision, hash }, publish) => {
      const approval = find(state.approvals, approvalId, "approval");
      if (approval.state !== "pending") throw new Refused(409, "already_resolved", `This was already answered: ${approval.state} by ${approval.decidedBy ?? "somebody"}.`);
      if (hash && hash !== approval.hash) throw new Refused(409, "stale", "What would be done has changed since you looked. Look again.");
      Object.assign(approval, { state: decision === "approve" ? "approved" : "denied", decidedBy: "this browser", decidedAt: new Date().toISOString() });
      publish(decision === "approve" ? "approved" : "denied", { approvalId }, { sessionId: approval.sessionId });
      publish("approval.changed", { approval }, { sessionId: approval.sessionId });
      return approval;
    },
    "requests.list": () => (fresh ? { ...data.requests(), requests: [], counts: {}, pendingSnapshot: [] } : data.requests()),
    "requests.get": ({ id }) => find(data.requests().requests, id, "request"),
    "requests.cancel": () => ({ ok: true }),
    "requests.retry": () => ({ ok: true, requestId: "r-92", queuePosition: 1, etaMs: null }),
    "jobs.list": () => data.jobBoard(state.jobs),
    "jobs.get": ({ id }) => find(state.jobs, id, "job"),
    "jobs.logs": ({ id, afterId = 0 }) => {
      const all = data.jobLogs(id);
      return { ...all, logs: all.logs.filter((row) => row.id > afterId) };
    },
    "jobs.diff": ({ id }) => data.jobDiff(id),
    "jobs.artifacts": () => ({ ok: true, artifacts: [] }),
    "jobs.cancel": ({ id }, publish) => {
      const job = find(state.jobs, id, "job");
      job.cancelRequested = true;
      publish("job.cancelled", { jobId: id, by: "user" }, { sessionId: job.sessionId });
      return { ok: true };
    },
    "jobs.retry": ({ id }) => ({ ok: true, jobId: id, queuePosition: 1, etaMs: null }),
    "workers.list": () => (fresh ? { ok: true, workers: [] } : data.workers()),
    "completions.list": () => ({ ok: true, completions: [], counts: {} }),
    "merge.queue": () => ({ queues: state.queues }),
    "merge.entry": ({ id }) => find(entries(), id, "entry"),
    "merge.stats": () => ({ landed: 31, returned: 3, failed: 1, checkRuns: 36, reusedVerdicts: 4, runsPerLanded: 1.12, timeToLandMs: { p50: 168_000, p95: 410_000, avg: 210_000, sampleSize: 31 } }),
    "merge.land": ({ id }) => find(entries(), id, "entry"),
    "merge.retry": ({ id }) => find(entries(), id, "entry"),
    "merge.remove": ({ id }) => find(entries(), id, "entry"),
    "config.show": () => data.config(),
    "config.set_notify": () => ({ ok: true }),
    "config.models": () => ({ models: state.models }),
    "config.set_model": (setting) => {
      state.models = [...state.models.filter((one) => one.role !== setting.role), { ...setting, origin: "user" }];
      return { ok: true };
    },
    "config.forget_model": ({ role }) => {
      state.models = state.models.filter((one) => one.role !== role);
      return { ok: true };
    },
    "config.keys": () => ({ keychain: { place: "system", name: "Secret Service", system: "available", detail: "Keys are kept in the Secret Service." }, keys: state.savedKeys }),
    "config.set_key": ({ role, endpoint }) => {
      const saved = { role, endpoint, place: "system", state: "ready", detail: "Kept in the keychain of this system.", savedAt: Date.now() };
      state.savedKeys = [...state.savedKeys.filter((one) => one.role !== role), saved];
      return saved;
    },
    "config.forget_key": ({ role }) => {
      state.savedKeys = state.savedKeys.filter((one) => one.role !== role);
      return { ok: true };
    },
    "config.providers": () => data.providers(),
    "config.probe": () => ({ ok: true, steps: [{ name: "Reach the endpoint", ok: true, detail: "200 in 12 ms", durationMs: 12 }, { name: "Answer one word", ok: true, detail: "0.6 s", durationMs: 600 }] }),
    "system.hold": ({ reason = "person", note }, publish) => {
      const hold = { reason, by: "owner", since: new Date().toISOString(), ...(note ? { note } : {}) };
      state.holds = [...(state.holds ?? []).filter((one) => one.reason !== reason), hold];
      publish("system.held", { hold }, { sessionId: "dev" });
      return { ok: true, holds: state.holds };
    },
    "system.resume": ({ reason }, publish) => {
      const ended = (state.holds ?? []).filter((one) => !reason || one.reason === reason);
      state.holds = (state.holds ?? []).filter((one) => !ended.includes(one));
      publish("system.resumed", { by: "owner", ended, held: state.holds.length > 0 }, { sessionId: "dev" });
      return { ok: true, holds: state.holds };
    },
    "system.status": () => {
      const status = { ...data.status(world.events.length, state.models.length > 0), holds: state.holds ?? [] };
      const pendingApprovals = state.approvals.filter((one) => one.state === "pending").length;
      return fresh ? { ...status, queues: { ...status.queues, requests: {}, jobs: {}, merge: {} }, workers: { total: 0, online: 0, busy: 0, idle: 0 }, pendingApprovals: 0, checksRunning: 0, budgets: { inputTokensToday: 0, outputTokensToday: 0 } } : { ...status, pendingApprovals };
    },
    "doctor.run": () => data.doctor(),
  };
  world.call = (method, params, publish, key) => {
    const call = calls[method];
    if (!call) throw new Refused(404, "unknown_method", `There is no method ${method}.`);
    if (key && world.seen.has(key)) return world.seen.get(key);
    const reply = call(params, publish);
    if (key) world.seen.set(key, structuredClone(reply));
    return reply;
  };
  return world;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const value = (name, otherwise) => {
    const index = process.argv.indexOf(`--${name}`);
    return index < 0 ? otherwise : process.argv[index + 1];
  };
  const fixture = await startFixture({ port: Number(value("port", 3001)), scenario: value("scenario", "busy"), many: Number(value("many", 0)) });
  console.log(`fixture on ${fixture.url}`);
}
