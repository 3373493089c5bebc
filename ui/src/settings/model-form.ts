// The form for one role's model: what is wrong with what was typed, and the repair where there is one.

import type { Dialect, ModelSetting, ProviderFound, Role } from "../client";
import { words } from "./form-words";

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
  const model = form.model.trim() === "" ? wrong(words.modelMissing) : FINE;
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
  if (typed === "") return wrong(words.endpointMissing);
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    const repaired = /^[\w.-]+(:\d+)?(\/|$)/.test(typed) ? `http://${typed}` : null;
    return wrong(words.notAnAddress, repaired);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    const local = /^[\w.-]+:\d+/.test(typed);
    return wrong(words.otherScheme, local ? `http://${typed}` : null);
  }
  if (url.username !== "" || url.password !== "") {
    return wrong(words.keyInAddress);
  }
  if (url.search !== "" || url.hash !== "") return wrong(words.bareAddress, `${url.origin}${url.pathname}`);
  const path = url.pathname.replace(/\/+$/, "");
  const whole = /\/(chat\/completions|responses|messages|completions|models)$/.exec(path);
  if (whole) {
    return wrong(words.baseOnly(whole[0]), `${url.origin}${path.slice(0, -whole[0].length)}`);
  }
  if (dialect !== "anthropic_messages" && path === "") {
    return hint(words.mostAtV1, `${url.origin}/v1`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return hint(
      hasKey
        ? words.keyUnencrypted
        : words.unencrypted,
    );
  }
  return FINE;
}

function sayKeyEnv(text: string): FieldSay {
  const typed = text.trim();
  if (typed === "") return FINE;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(typed) && !/^(sk|key|pat|ghp|xox[bp])[-_]\w{16,}/.test(typed)) {
    return typed === typed.toUpperCase() ? FINE : hint(words.capitals, typed.toUpperCase());
  }
  if (/[A-Za-z0-9_-]{20,}/.test(typed)) {
    return wrong(words.keyItself);
  }
  return wrong(words.notAName);
}

function sayWindow(text: string): FieldSay {
  const typed = text.trim();
  if (typed === "") return FINE;
  const plain = typed.replace(/[\s,_]/g, "");
  const short = /^(\d+)k$/i.exec(plain);
  if (short) return wrong(words.tokensNotK, String(Number(short[1]) * 1024));
  if (!/^\d+$/.test(plain)) return wrong(words.wholeTokens);
  const tokens = Number(plain);
  if (tokens < 1_000) return wrong(words.tooFewTokens);
  if (tokens > 100_000_000) return wrong(words.tooManyTokens);
  return tokens < 16_000 ? hint(words.smallWindow) : FINE;
}
