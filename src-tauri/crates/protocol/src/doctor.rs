//! `pilothouse doctor`: what was looked at, what was found, what to do.

use crate::wire;

wire! {
    pub enum Finding { Ok, Warning, Problem }
}

wire! {
    pub struct DoctorLine {
        pub id: String,
        pub title: String,
        pub finding: Finding,
        pub detail: String,
        /// The one next step, when there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub fix: Option<String>,
    }
}

wire! {
    pub struct DoctorReport { pub ok: bool, pub lines: Vec<DoctorLine> }
}
