//! What the doctor says of a workspace's own image.

use super::lines::line;
use crate::Engine;
use protocol::doctor::{DoctorLine, Finding};
use store::WorkspaceRow;

impl Engine {
    /// None where the workspace describes none.
    pub(super) async fn doctor_image(&self, row: &WorkspaceRow) -> Option<DoctorLine> {
        let room = self.room(&row.id).ok()?;
        let (id, title) = (format!("image.{}", row.id), format!("Image of {}", row.name));
        Some(match self.image_line(&room).await? {
            Ok(detail) => line(&id, &title, Finding::Ok, detail, None),
            Err(error) => {
                let fix = "Correct that on the integration branch, or name an image in sandbox.image.";
                line(&id, &title, Finding::Problem, error.message, Some(fix))
            }
        })
    }
}
