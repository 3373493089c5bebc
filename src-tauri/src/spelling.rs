//! Spell check in what is typed. Only WebKitGTK has to be asked for it; elsewhere the system's own setting decides.

use tauri::WebviewWindow;

/// Switches it on for the languages of the session, as far as dictionaries are installed.
#[cfg(target_os = "linux")]
pub fn check(window: &WebviewWindow) {
    use webkit2gtk::{WebContextExt as _, WebViewExt as _};
    let languages =
        languages(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).unwrap_or_default()));
    let asked = window.with_webview(move |view| {
        if let Some(context) = view.inner().context() {
            let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
            context.set_spell_checking_languages(&languages);
            context.set_spell_checking_enabled(true);
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "spelling is not checked");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn check(_window: &WebviewWindow) {}

/// `de_DE` of the first locale that says something, and English, which code and commits are mostly written in.
#[cfg(target_os = "linux")]
fn languages(locales: [String; 3]) -> Vec<String> {
    let said = locales.iter().find(|locale| !locale.is_empty());
    let own = said.and_then(|locale| locale.split(['.', '@']).next());
    let own = own.filter(|own| !matches!(*own, "C" | "POSIX") && own.len() <= 12).map(str::to_owned);
    let english = (!own.as_ref().is_some_and(|own| own.starts_with("en"))).then(|| "en_US".to_owned());
    own.into_iter().chain(english).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::languages;

    #[test]
    fn the_own_language_comes_first_and_english_is_always_there() {
        let of = |all: &str, lang: &str| languages([all.to_owned(), String::new(), lang.to_owned()]);
        assert_eq!(of("", "de_DE.UTF-8"), ["de_DE", "en_US"]);
        assert_eq!(of("fr_FR@euro", "de_DE.UTF-8"), ["fr_FR", "en_US"]);
        assert_eq!(of("", "en_GB.UTF-8"), ["en_GB"]);
        for none in ["", "C", "C.UTF-8", "POSIX"] {
            assert_eq!(of("", none), ["en_US"], "{none}");
        }
    }
}
