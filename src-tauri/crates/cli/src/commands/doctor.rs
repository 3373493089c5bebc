//! `pilothouse doctor`: the server's report, or our own where none answers.

use super::connect::{Found, connect};
use super::show;
use crate::output;
use host::sandbox::container::{Wish, provide};
use protocol::ops::{Nothing, typed};
use protocol::{ApiError, ErrorCode};
use server::Options;
use std::path::PathBuf;

pub(crate) async fn run(data: Option<PathBuf>, fix: bool, as_json: bool) -> u8 {
    if fix && let Err(error) = mend(data.clone()).await {
        return output::failure(&error, as_json);
    }
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

/// Makes what a person may ask for by name: the image of the container sandbox. Its steps go to standard error.
async fn mend(data: Option<PathBuf>) -> Result<(), ApiError> {
    let options = Options { data, ..Options::default() };
    let own = options.own().map_err(|error| ApiError::new(ErrorCode::ConfigInvalid, error.to_string()))?;
    let workers = &own.config.workers;
    let wish = Wish {
        engine: workers.engine.clone(),
        image: workers.image.clone(),
        inside: None,
        cpus: workers.cpus,
        memory: workers.memory,
    };
    match provide(&wish, &mut |line| tell!("{line}")).await {
        Ok(image) => {
            tell!("The image {} is there. A server that runs uses it after a restart.", image.reference);
            Ok(())
        }
        Err(none) => Err(ApiError::new(ErrorCode::NoSandbox, format!("{none}."))),
    }
}

/// Whether we have to look ourselves: a server that answers something has the last word.
fn from_outside(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::Unavailable | ErrorCode::Timeout | ErrorCode::ConfigInvalid | ErrorCode::Unauthenticated
    )
}
