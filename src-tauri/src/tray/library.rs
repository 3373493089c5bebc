//! Whether a tray can be drawn here. On Linux a library does it that not every system has, and the crate that
//! loads it ends the process when it is missing; so it is looked for first.

/// The same names, in the same order, as the crate that will load it.
#[cfg(target_os = "linux")]
const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

/// What is missing and how to get it.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub fn probe() -> Result<(), String> {
    let can_load = |name: &&str| {
        // SAFETY: loading runs the library's initialisers; it is the one the tray itself loads right afterwards,
        // from the system's own search path.
        unsafe { libloading::Library::new(name) }.is_ok()
    };
    if NAMES.iter().any(can_load) {
        return Ok(());
    }
    Err(format!(
        "neither {} nor {} can be loaded. Install libayatana-appindicator3-1 (Fedora: libayatana-appindicator-gtk3) and start again.",
        NAMES[0], NAMES[1]
    ))
}

#[cfg(not(target_os = "linux"))]
pub fn probe() -> Result<(), String> {
    Ok(())
}
