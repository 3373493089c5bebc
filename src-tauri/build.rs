//! Compiles the shell's configuration, capabilities and commands into the binary.

/// What the page may ask of the shell. Each one is allowed by name in `capabilities/`.
const COMMANDS: &[&str] = &[
    "pick_folder",
    "open_link",
    "quit",
    "choices",
    "start_problem",
    "try_again",
    "attach",
    "update_state",
    "update_act",
    "notifications",
];

fn main() {
    // The pattern below is read by nobody who would say so.
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=src-tauri/splash");
    println!("cargo::rerun-if-changed=tauri.conf.json");
    println!("cargo::rerun-if-changed=src-tauri/build.rs");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
