//! How this copy came onto the machine, which decides whether it can replace itself, and what is started afterwards.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tauri::utils::config::BundleType;

use super::failure::Failure;

/// What the AppImage runtime says in the environment of what it starts. Its children inherit it, so it may be that
/// of another program, a terminal or an editor, which must be neither replaced nor started in our place.
#[derive(Debug, Clone, Default)]
pub struct AppImage {
    /// `APPIMAGE`: the file itself.
    pub file: Option<OsString>,
    /// `APPDIR`: where it is mounted.
    pub mount: Option<OsString>,
}

impl AppImage {
    pub fn of_environment() -> Self {
        if cfg!(target_os = "linux") {
            Self { file: std::env::var_os("APPIMAGE"), mount: std::env::var_os("APPDIR") }
        } else {
            Self::default()
        }
    }

    /// The file, if `program` runs from it: from its mount, or as the file itself.
    pub fn ours(&self, program: &Path) -> Option<PathBuf> {
        let file = self.file.as_ref().map(PathBuf::from).filter(|file| file.is_absolute())?;
        let mount = self.mount.as_ref().map(Path::new).filter(|mount| mount.components().count() > 1);
        (program == file || mount.is_some_and(|mount| program.starts_with(mount))).then_some(file)
    }
}

/// Whether a package can be put in this copy's place. A bare program could be overwritten as well, but whoever put
/// it there, a package manager or a build, would not know.
pub fn replaceable(bundle: Option<&BundleType>, is_app_image: bool) -> Result<(), Failure> {
    match bundle {
        Some(BundleType::Deb | BundleType::Rpm | BundleType::App | BundleType::Msi | BundleType::Nsis) => {
            Ok(())
        }
        // One that was unpacked is a folder, not the file an update would be.
        None | Some(BundleType::AppImage) if is_app_image => Ok(()),
        _ => Err(Failure::new(
            "update.not_packaged",
            "This copy was not installed from a package, so it cannot replace itself. Get the new version the way you got this one.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_program_does_not_overwrite_itself() {
        assert_eq!(replaceable(None, false).unwrap_err().code, "update.not_packaged");
        assert_eq!(replaceable(Some(&BundleType::AppImage), false).unwrap_err().code, "update.not_packaged");
        assert!(replaceable(None, true).is_ok() && replaceable(Some(&BundleType::AppImage), true).is_ok());
        assert!(replaceable(Some(&BundleType::Deb), false).is_ok());
    }

    #[test]
    fn the_app_image_of_another_program_is_not_ours() {
        let said = |file: &str, mount: &str| AppImage { file: Some(file.into()), mount: Some(mount.into()) };
        let ours = |of: AppImage, program: &str| of.ours(Path::new(program));
        let file = "/home/x/Pilothouse.AppImage";
        let mounted = "/tmp/.mount_PilotA1/usr/bin/pilothouse-desktop";
        assert_eq!(ours(said(file, "/tmp/.mount_PilotA1"), mounted), Some(file.into()));
        assert_eq!(ours(said(file, ""), file), Some(file.into()));
        for (file, mount, program) in [
            ("/opt/Editor.AppImage", "/tmp/.mount_EditorB2", "/usr/bin/pilothouse-desktop"),
            ("/opt/Editor.AppImage", "", "/usr/bin/pilothouse-desktop"),
            ("/opt/Editor.AppImage", "/", "/usr/bin/pilothouse-desktop"),
            ("/opt/Editor.AppImage", "/tmp/.mount_Pilot", mounted),
            ("", "/tmp/.mount_PilotA1", mounted),
            ("Pilothouse.AppImage", "/tmp/.mount_PilotA1", mounted),
        ] {
            assert_eq!(ours(said(file, mount), program), None, "{file} {mount} {program}");
        }
        assert_eq!(AppImage::default().ours(Path::new(mounted)), None);
    }
}
