//! Branches that somebody moves while we work: noticed without being asked, and shown as long as it matters.
//!
//! What a movement is and what is said of it is in `merge::moves`; here is who looks, and what stands in the way now.

mod standing;
mod watch;
