//! What every handler can reach.

use engine::Engine;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct ServerState {
    pub engine: Engine,
    pub port: u16,
    pub shapes: Arc<crate::shapes::Shapes>,
    pub codes: Arc<crate::exchange::Codes>,
    pub turns: crate::turns::Turns,
    pub doors: crate::gateway::Doors,
    pub listening: Arc<crate::listen::Listeners>,
}
