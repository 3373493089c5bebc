//! More contrast where the desktop says so. The window toolkit follows light and dark by itself; of contrast it knows
//! nothing, and WebKitGTK takes it from the name of GTK's theme. Elsewhere the web view asks the system.

use tauri::AppHandle;

#[cfg(not(target_os = "linux"))]
pub fn follow(_app: &AppHandle) {}

/// Follows the desktop's portal for as long as the program runs. Where there is none, GTK's own theme decides.
#[cfg(target_os = "linux")]
pub fn follow(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = portal::follow(&app).await {
            tracing::debug!(%error, "the desktop says nothing of contrast");
        }
    });
}

#[cfg(target_os = "linux")]
mod portal {
    use futures_util::StreamExt as _;
    use gtk::prelude::*;
    use tauri::AppHandle;
    use zbus::zvariant::{OwnedValue, Value};

    const NAMESPACE: &str = "org.freedesktop.appearance";

    #[zbus::proxy(
        interface = "org.freedesktop.portal.Settings",
        default_service = "org.freedesktop.portal.Desktop",
        default_path = "/org/freedesktop/portal/desktop",
        gen_blocking = false
    )]
    trait Settings {
        /// A variant within a variant; the later `ReadOne` is not everywhere.
        fn read(&self, namespace: &str, key: &str) -> zbus::Result<OwnedValue>;
        #[zbus(signal)]
        fn setting_changed(&self, namespace: &str, key: &str, value: Value<'_>) -> zbus::Result<()>;
    }

    /// What the desktop says; 0 is nothing.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub(super) struct Said {
        pub scheme: u32,
        pub contrast: u32,
    }

    impl Said {
        fn take(&mut self, key: &str, value: u32) {
            match key {
                "color-scheme" => self.scheme = value,
                "contrast" => self.contrast = value,
                _ => {}
            }
        }

        /// The theme of GTK that shows it; none is the person's own.
        pub(super) fn theme(self) -> Option<&'static str> {
            match self {
                Self { contrast: 1, scheme: 1 } => Some("HighContrastInverse"),
                Self { contrast: 1, .. } => Some("HighContrast"),
                _ => None,
            }
        }
    }

    fn number(value: &Value<'_>) -> Option<u32> {
        match value {
            Value::Value(inner) => number(inner),
            Value::U32(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) async fn follow(app: &AppHandle) -> zbus::Result<()> {
        let connection = zbus::Connection::session().await?;
        let settings = SettingsProxy::new(&connection).await?;
        let mut changes = settings.receive_setting_changed().await?;
        let mut said = Said::default();
        for key in ["color-scheme", "contrast"] {
            // An older portal knows no contrast; it may learn it.
            if let Ok(value) = settings.read(NAMESPACE, key).await
                && let Some(value) = number(&value)
            {
                said.take(key, value);
            }
        }
        let mut shown = None;
        loop {
            if said.theme() != shown {
                shown = said.theme();
                show(app, shown);
            }
            let Some(change) = changes.next().await else { return Ok(()) };
            if let Ok(args) = change.args()
                && args.namespace == NAMESPACE
                && let Some(value) = number(&args.value)
            {
                said.take(args.key, value);
            }
        }
    }

    fn show(app: &AppHandle, theme: Option<&'static str>) {
        let told = app.run_on_main_thread(move || {
            let Some(settings) = gtk::Settings::default() else { return };
            match theme {
                Some(name) => settings.set_gtk_theme_name(Some(name)),
                None => settings.reset_property("gtk-theme-name"),
            }
        });
        if let Err(error) = told {
            tracing::warn!(%error, "the contrast is not changed");
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn contrast_has_a_theme_for_light_and_dark_and_otherwise_the_persons_own_stays() {
            let theme = |contrast, scheme| Said { scheme, contrast }.theme();
            assert_eq!((theme(0, 0), theme(0, 1), theme(2, 1)), (None, None, None));
            assert_eq!((theme(1, 0), theme(1, 2)), (Some("HighContrast"), Some("HighContrast")));
            assert_eq!(theme(1, 1), Some("HighContrastInverse"));
        }

        #[test]
        fn a_number_is_read_however_deep_it_is_wrapped() {
            let wrapped = Value::Value(Box::new(Value::Value(Box::new(Value::U32(1)))));
            assert_eq!(
                (number(&wrapped), number(&Value::U32(2)), number(&Value::from("1"))),
                (Some(1), Some(2), None)
            );
        }
    }
}
