//! What must be true of the machine before GTK is touched.

/// Checks for a display and works around drivers that show an empty window. Called before any thread runs.
pub fn prepare() -> Result<(), &'static str> {
    #[cfg(target_os = "linux")]
    {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !set("DISPLAY") && !set("WAYLAND_DISPLAY") {
            return Err(
                "There is no display here (DISPLAY and WAYLAND_DISPLAY are unset). Run `pilothouse serve` and open its link in a browser.",
            );
        }
        if std::path::Path::new("/sys/module/nvidia").exists() && !set(DMABUF) {
            disable_dmabuf();
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
const DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// WebKitGTK's DMABUF renderer shows an empty window with NVIDIA's own driver.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn disable_dmabuf() {
    // SAFETY: no other thread exists yet, so nothing reads the environment meanwhile.
    unsafe { std::env::set_var(DMABUF, "1") };
}
