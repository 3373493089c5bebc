//! How it looks: one card in the colours of the interface, light or dark as the system is.

use super::language::Language;
use super::words::{self, Words};
use protocol::ErrorCode;

/// The values are those of the interface's tokens, which are out of reach for somebody who was refused.
pub(super) const STYLE: &str = ":root{color-scheme:light dark;--bg:#f5f6f7;--card:#fff;--fg:#171b1f;--fg-2:#4a535c;--fg-3:#626c76;--line:#e1e4e7;--inset:#f6f7f8}\
@media(prefers-color-scheme:dark){:root{--bg:#101315;--card:#1b1f23;--fg:#e5e8eb;--fg-2:#aab2ba;--fg-3:#929ba4;--line:#3b4249;--inset:#111416}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--bg);color:var(--fg);font:15px/24px -apple-system,BlinkMacSystemFont,'Segoe UI',Inter,Cantarell,'Noto Sans',system-ui,sans-serif}\
main{width:100%;max-width:480px;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow-wrap:anywhere}\
h1{margin:0 0 8px;font-size:20px;line-height:28px;font-weight:600}\
p{margin:0 0 16px;color:var(--fg-2)}\
h2{margin:0 0 4px;font-size:13px;line-height:20px;font-weight:600}\
ul{margin:0;padding:0 0 0 20px;color:var(--fg-2)}\
li{margin:0 0 4px}\
code{white-space:nowrap;padding:1px 5px;border:1px solid var(--line);border-radius:4px;background:var(--inset);color:var(--fg);font:13px/20px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}\
footer{margin-top:20px;padding-top:12px;border-top:1px solid var(--line);color:var(--fg-3);font-size:13px;line-height:20px}\
@media(forced-colors:active){main{border:1px solid}}";

/// All of it is our own text, so nothing has to be escaped.
pub(super) fn page(language: Language, code: ErrorCode) -> String {
    let Words { title, what, steps } = words::of(language, code);
    let (next, told) = words::around(language);
    let steps: String = steps.iter().map(|step| format!("<li>{step}</li>")).collect();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
<title>{title} – Pilothouse</title><style>{STYLE}</style></head>\
<body><main><h1>{title}</h1><p>{what}</p><h2>{next}</h2><ul>{steps}</ul>\
<footer>Pilothouse · {told} <code>{code}</code></footer></main></body></html>",
        lang = language.tag(),
        code = code.as_str(),
    )
}
