//! The icon for each state, drawn by `scripts/tray-icons.mjs`.

use tauri::image::Image;

use super::model::Face;

/// macOS tints the shape itself.
pub const ARE_TEMPLATES: bool = cfg!(target_os = "macos");

macro_rules! picture {
    ($state:literal) => {
        if ARE_TEMPLATES {
            include_bytes!(concat!("../../../icons/tray/", $state, "-template.png")).as_slice()
        } else {
            include_bytes!(concat!("../../../icons/tray/", $state, ".png")).as_slice()
        }
    };
}

pub fn of(face: Face) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match face {
        Face::Idle => picture!("idle"),
        Face::Working => picture!("working"),
        Face::NeedsYou => picture!("needs"),
        Face::Failed => picture!("failed"),
        Face::Offline => picture!("offline"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_an_icon_of_its_own() {
        let faces = [Face::Idle, Face::Working, Face::NeedsYou, Face::Failed, Face::Offline];
        let mut seen = Vec::new();
        for face in faces {
            let icon = of(face).unwrap();
            assert_eq!((icon.width(), icon.height()), (64, 64));
            assert!(!seen.contains(&icon.rgba().to_vec()), "{face:?} looks like another");
            seen.push(icon.rgba().to_vec());
        }
    }
}
