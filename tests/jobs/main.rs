//! The life of requests and jobs through the built programs: what is proven of a change, what a restart gives back,
//! what is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod planning;
mod proof;
mod restart;
mod scene;
