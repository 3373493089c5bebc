//! What must be true of the machine before GTK is touched.

/// Checks for a display that answers and works around drivers that show an empty window. Called on the main thread, before
/// any other runs.
pub fn prepare() -> Result<(), String> {
    #[cfg(target_os = "linux")]
    {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !set("DISPLAY") && !set("WAYLAND_DISPLAY") {
            return Err(format!(
                "There is no display here (DISPLAY and WAYLAND_DISPLAY are unset). {INSTEAD}"
            ));
        }
        if std::path::Path::new("/sys/module/nvidia").exists() && !set(DMABUF) {
            disable_dmabuf();
        }
        // Asked here because the window's own start would panic: a forwarded or forgotten display may be gone.
        if gtk::init().is_err() {
            let named = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().filter(|name| set(name));
            let named: Vec<_> = named
                .map(|name| {
                    format!("{name}={}", std::env::var_os(name).unwrap_or_default().to_string_lossy())
                })
                .collect();
            return Err(format!(
                "The display does not answer ({}), or this user may not use it. {INSTEAD}",
                named.join(", ")
            ));
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
const INSTEAD: &str = "Run `pilothouse serve` and open its link in a browser.";

#[cfg(target_os = "linux")]
const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// WebKitGTK's DMABUF renderer shows an empty window with NVIDIA's own driver.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn disable_dmabuf() {
    // SAFETY: no other thread exists yet, so nothing reads the environment meanwhile.
    unsafe { std::env::set_var(DMABUF, "1") };
}
