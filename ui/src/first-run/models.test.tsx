import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { CrewProvider } from "../app";
import type { ModelSetting, ProviderFound, SavedKey } from "../client";
import { type Crew, Store } from "../model";
import { EMPTY } from "../model/state";
import { ModelRows, wantsKey } from "./ModelRows";
import "../patience.setup";

afterEach(cleanup);

const HOSTED = "https://models.example.org/v1";
const ollama: ProviderFound = { id: "ollama", name: "Ollama", state: "ready", detail: "Answers", models: ["qwen3"], endpoint: "http://127.0.0.1:11434/v1", dialect: "openai_chat" };
const variable: ProviderFound = { id: "anthropic", name: "API key", state: "found_not_ready", detail: "ANTHROPIC_API_KEY is set", models: [], keyEnv: "ANTHROPIC_API_KEY", endpoint: "https://api.example.org", dialect: "anthropic_messages" };

/** A server that keeps what it is told, as far as models and keys go. */
function serverWith(models: ModelSetting[] = []) {
  const keys: SavedKey[] = [];
  const call = vi.fn(async (method: string, params: unknown): Promise<unknown> => {
    const said = params as ModelSetting & { key: string };
    if (method === "config.set_model") models = [...models.filter((one) => one.role !== said.role), said];
    if (method === "config.set_key") keys.push({ role: said.role, endpoint: said.endpoint, place: "system", state: "ready", detail: "", savedAt: 0 });
    if (method === "config.models") return { models };
    if (method === "config.keys") return { keychain: { place: "system", name: "Secret Service", system: "available", detail: "" }, keys };
    return { ok: true };
  });
  return call;
}

function show(providers: ProviderFound[], call = serverWith()) {
  const state = new Store({ ...EMPTY, connection: { state: "live" } } as unknown as typeof EMPTY);
  const crew = { state, call, refresh: vi.fn(async () => undefined) } as unknown as Crew;
  render(
    <CrewProvider crew={crew}>
      <ModelRows providers={providers} />
    </CrewProvider>,
  );
  return call;
}

const button = (name: string) => screen.findByRole("button", { name });
const asked = (call: ReturnType<typeof serverWith>, method: string) => call.mock.calls.filter(([name]) => name === method).map(([, params]) => params);

it("connects a model by its address and saves its key, for every role, and never shows the key again", async () => {
  const call = show([]);
  fireEvent.click(await button("Connect a model"));
  fireEvent.change(screen.getByLabelText("Endpoint"), { target: { value: HOSTED } });
  fireEvent.change(screen.getByLabelText("Model"), { target: { value: "large" } });
  fireEvent.change(screen.getByLabelText("Key, optional"), { target: { value: "pk-typed" } });
  fireEvent.click(await button("Save"));
  await screen.findByText(/In use: large\. Key kept in the Secret Service/);
  const roles = ["localbuddy", "remotebuddy", "workers"];
  expect(asked(call, "config.set_model").map((one) => (one as ModelSetting).role)).toEqual(roles);
  expect(asked(call, "config.set_key")).toEqual(roles.map((role) => ({ role, endpoint: HOSTED, key: "pk-typed" })));
  expect(document.body.innerHTML).not.toContain("pk-typed");
});

it("offers to save a key for a service elsewhere that has none", async () => {
  const setting: ModelSetting = { role: "remotebuddy", dialect: "openai_chat", endpoint: HOSTED, model: "large" };
  show([], serverWith([setting]));
  await screen.findByText(/No key is saved for it/);
  fireEvent.click(await button("Save a key"));
  expect((await screen.findByLabelText<HTMLInputElement>("Endpoint")).value).toBe(HOSTED);
  expect(screen.queryByRole("button", { name: "Save a key" })).toBeNull();
});

it("uses a model of this machine with one press and asks for no key", async () => {
  const call = show([ollama]);
  fireEvent.click(await button("Use it"));
  await screen.findByText("In use: qwen3");
  expect(asked(call, "config.set_key")).toEqual([]);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Save a key" })).toBeNull());
});

it("sets up what is not ready where it stands, with what is known of it", async () => {
  show([variable]);
  fireEvent.click(await button("Set up: API key"));
  expect((await screen.findByLabelText<HTMLInputElement>("Endpoint")).value).toBe("https://api.example.org");
  fireEvent.click(await button("Cancel"));
  await button("Set up: API key");
});

it("takes a service elsewhere for one that wants a key, unless it has one or the name of one", () => {
  const of = (endpoint: string, more: Partial<ModelSetting> = {}): ModelSetting => ({ role: "workers", dialect: "openai_chat", endpoint, model: "m", ...more });
  const saved: SavedKey = { role: "workers", endpoint: HOSTED, place: "file", state: "ready", detail: "", savedAt: 0 };
  expect(wantsKey(of(HOSTED), undefined)).toBe(true);
  expect(wantsKey(of(HOSTED), { ...saved, state: "gone" })).toBe(true);
  expect([wantsKey(of(HOSTED), saved), wantsKey(of(HOSTED, { keyEnv: "K" }), undefined), wantsKey(of("http://localhost:1234/v1"), undefined), wantsKey(of("nonsense"), undefined)]).toEqual([false, false, false, false]);
});
