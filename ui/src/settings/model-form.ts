// The form for one role's model: what is wrong with what was typed, and the repair where there is one.

import type { Dialect, ModelSetting, ProviderFound, Role } from "../client";

export interface ModelForm {
  readonly role: Role;
  readonly dialect: Dialect;
  readonly endpoint: string;
  readonly model: string;
  readonly keyEnv: string;
  readonly contextWindow: string;
}

export interface FieldSay {
  readonly problem: string | null;
  readonly hint: string | null;
  /** A value that would be right. */
  readonly repair: string | null;
}

const FINE: FieldSay = { problem: null, hint: null, repair: null };
const wrong = (problem: string, repair: string | null = null): FieldSay => ({ problem, hint: null, repair });
const hint = (text: string, repair: string | null = null): FieldSay => ({ problem: null, hint: text, repair });

export function emptyForm(role: Role): ModelForm {
  return { role, dialect: "openai_chat", endpoint: "", model: "", keyEnv: "", contextWindow: "" };
}

export function formOf(setting: ModelSetting): ModelForm {
  return {
    role: setting.role,
    dialect: setting.dialect,
    endpoint: setting.endpoint,
    model: setting.model,
    keyEnv: setting.keyEnv ?? "",
    contextWindow: String(setting.contextWindow ?? ""),
  };
}

/** A provider found on this machine, as the start of a form; its first model unless one is named. */
export function formFor(role: Role, provider: ProviderFound, model?: string): ModelForm {
  return {
    role,
    dialect: provider.dialect ?? "openai_chat",
    endpoint: provider.endpoint ?? "",
    model: model ?? provider.models[0] ?? "",
    keyEnv: provider.keyEnv ?? "",
    contextWindow: "",
  };
}

export function settingOf(form: ModelForm): ModelSetting {
  const setting: ModelSetting = {
    role: form.role,
    dialect: form.dialect,
    endpoint: form.endpoint.trim().replace(/\/+$/, ""),
    model: form.model.trim(),
  };
  if (form.keyEnv.trim() !== "") setting.keyEnv = form.keyEnv.trim();
  if (form.contextWindow.trim() !== "") setting.contextWindow = Number(form.contextWindow.replace(/[\s,_]/g, ""));
  return setting;
}

export interface FormSays {
  readonly endpoint: FieldSay;
  readonly model: FieldSay;
  readonly keyEnv: FieldSay;
  readonly contextWindow: FieldSay;
  readonly sound: boolean;
}

export function sayForm(form: ModelForm): FormSays {
  const endpoint = sayEndpoint(form.endpoint, form.dialect, form.keyEnv.trim() !== "");
  const model = form.model.trim() === "" ? wrong("Name the model, as the endpoint lists it.") : FINE;
  const keyEnv = sayKeyEnv(form.keyEnv);
  const contextWindow = sayWindow(form.contextWindow);
  return {
    endpoint,
    model,
    keyEnv,
    contextWindow,
    sound: [endpoint, model, keyEnv, contextWindow].every((say) => say.problem === null),
  };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function sayEndpoint(text: string, dialect: Dialect, hasKey: boolean): FieldSay {
  const typed = text.trim();
  if (typed === "") return wrong("Where the model answers, such as http://127.0.0.1:11434/v1.");
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    const repaired = /^[\w.-]+(:\d+)?(\/|$)/.test(typed) ? `http://${typed}` : null;
    return wrong("This is not an address. It starts with http:// or https://.", repaired);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    const local = /^[\w.-]+:\d+/.test(typed);
    return wrong("It starts with http:// or https://.", local ? `http://${typed}` : null);
  }
  if (url.username !== "" || url.password !== "") {
    return wrong("No name or key inside the address: it would stand in logs. Name the variable that holds the key.");
  }
  if (url.search !== "" || url.hash !== "") return wrong("Without ? and #.", `${url.origin}${url.pathname}`);
  const path = url.pathname.replace(/\/+$/, "");
  const whole = /\/(chat\/completions|responses|messages|completions|models)$/.exec(path);
  if (whole) {
    return wrong(`The base address is enough: ${whole[0]} is added.`, `${url.origin}${path.slice(0, -whole[0].length)}`);
  }
  if (dialect !== "anthropic_messages" && path === "") {
    return hint("Most of these speak at /v1.", `${url.origin}/v1`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return hint(
      hasKey
        ? "The key and everything you send travel unencrypted to another machine."
        : "Everything you send travels unencrypted to another machine.",
    );
  }
  return FINE;
}

function sayKeyEnv(text: string): FieldSay {
  const typed = text.trim();
  if (typed === "") return FINE;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(typed) && !/^(sk|key|pat|ghp|xox[bp])[-_]\w{16,}/.test(typed)) {
    return typed === typed.toUpperCase() ? FINE : hint("Names are usually written in capitals.", typed.toUpperCase());
  }
  if (/[A-Za-z0-9_-]{20,}/.test(typed)) {
    return wrong("This looks like the key itself. Write the name of the environment variable that holds it.");
  }
  return wrong("A variable's name: letters, digits and underscores.");
}

function sayWindow(text: string): FieldSay {
  const typed = text.trim();
  if (typed === "") return FINE;
  const plain = typed.replace(/[\s,_]/g, "");
  const short = /^(\d+)k$/i.exec(plain);
  if (short) return wrong("Write the number of tokens.", String(Number(short[1]) * 1024));
  if (!/^\d+$/.test(plain)) return wrong("A whole number of tokens, or nothing when you do not know.");
  const tokens = Number(plain);
  if (tokens < 1_000) return wrong("Fewer than 1,000 tokens cannot hold one request.");
  if (tokens > 100_000_000) return wrong("No model holds that many.");
  return tokens < 16_000 ? hint("Small: long jobs will be trimmed often.") : FINE;
}
