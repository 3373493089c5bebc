//! Where the server can be reached from: loopback always, and what the owner opens beside it.
//!
//! `arrival` says of each request which way it came, `names` what it may call the server, `guests` who of the tailnet
//! is let in. `plan` says what a listener is to be, `opened` opens it, `door` serves it, `shares`
//! bounds what one address holds of it, and `keeper` sees to it that
//! what is wanted is what there is. Nothing here knows of devices: being let in is not being known.

mod arrival;
mod certificate;
mod cut;
mod doctor;
mod door;
mod forwarding;
mod guests;
mod keeper;
mod local_only;
mod names;
mod opened;
mod plan;
mod serve;
mod shares;
mod shown;

pub(crate) use arrival::Arrival;
pub(crate) use keeper::{Listeners, keep};
pub(crate) use local_only::admits;
pub(crate) use names::Names;
pub(crate) use shares::Unknown;

use axum::{Router, middleware};
use std::sync::Arc;

/// The routes as the loopback listener serves them.
pub(crate) fn on_loopback(routes: Router, port: u16) -> Router {
    let names = Arc::new(Names::loopback(port));
    let seat = arrival::Seat { way: arrival::Way::Loopback, names };
    routes.layer(middleware::from_fn_with_state(seat, arrival::arrive))
}
