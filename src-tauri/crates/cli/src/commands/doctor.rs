//! `pilothouse doctor`: the server's report, or our own where none answers.

use super::connect::{Found, connect};
use super::show;
use crate::output;
use protocol::ops::{Nothing, typed};
use protocol::{ApiError, ErrorCode};
use server::Options;
use std::path::PathBuf;

pub(crate) async fn run(data: Option<PathBuf>, as_json: bool) -> u8 {
    let asked = match connect(data.as_deref()) {
        Ok(Found::Server(client)) => client.call(typed::Doctor, &Nothing {}, None).await.map(Some),
        Ok(Found::Nobody { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let silent = match asked {
        Ok(Some(report)) => {
            show::doctor(&report, as_json);
            return u8::from(!report.ok);
        }
        Ok(None) => None,
        Err(error) if from_outside(&error) => Some(error),
        Err(error) => return output::failure(&error, as_json),
    };
    let options = Options { data, ..Options::default() };
    let report = server::doctor_without_server(&options, silent.as_ref()).await;
    show::doctor(&report, as_json);
    u8::from(!report.ok)
}

/// Whether we have to look ourselves: a server that answers something has the last word.
fn from_outside(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::ConfigInvalid | ErrorCode::Unauthenticated
    )
}
