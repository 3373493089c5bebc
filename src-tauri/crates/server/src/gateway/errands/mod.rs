//! What goes between a machine's worker and this server in pieces: the history a job begins with, its set-up layers, what
//! it hands over, and calls to its model.
//!
//! An errand belongs to one claim of one machine and outlives the machine's connection: a piece that was sent or read
//! before is taken or given once more, so whoever was cut off goes on where they were. It ends with its claim, when it is
//! said to be done, or when nobody asks about it for a while. A restart of the server forgets all of them, and a machine
//! begins them anew.

mod call;
mod down;
mod layer;
mod up;

use crate::call::{answer, read};
use crate::state::ServerState;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Reply;
use protocol::node::{
    BeginErrand, EndErrand, Errand, ErrandBegun, ErrandPiece, ErrandSent, PIECE_BYTES, ReadErrand, SendErrand,
};
use protocol::ops::{Done, Method};
use protocol::{ApiError, ErrorCode, JobId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Errands of one machine at once: one way down, one up, and the calls a job makes side by side.
const AT_ONCE: usize = 12;
/// Nobody asked about it for so long: it is given up.
const IDLE: Duration = Duration::from_secs(300);
/// How long a reader waits for what comes.
const PATIENCE: Duration = Duration::from_secs(20);

enum What {
    Down(down::Down),
    Layer(tokio::sync::Mutex<layer::Layer>),
    Up(tokio::sync::Mutex<up::Up>),
    Call(tokio::sync::Mutex<call::Call>),
}

struct Held {
    worker: String,
    job: JobId,
    claim: String,
    used: Mutex<Instant>,
    what: What,
}

impl Held {
    fn is_idle(&self) -> bool {
        lock(&self.used).elapsed() >= IDLE
    }
}

/// All errands there are.
#[derive(Default)]
pub(crate) struct Errands {
    all: Mutex<BTreeMap<String, Arc<Held>>>,
    last: std::sync::atomic::AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The errand is not where the other side thinks it is.
fn out_of_order(at: u64) -> ApiError {
    let mut error =
        ApiError::new(ErrorCode::Conflict, "This piece is not the next one, and not the one before.");
    error.details = Some(serde_json::json!({ "at": at }));
    error
}

fn written(piece: &[u8]) -> String {
    STANDARD.encode(piece)
}

impl Errands {
    /// What a machine asks about errands, as its worker.
    pub(super) async fn serve(
        &self,
        state: &ServerState,
        worker: String,
        method: Method,
        params: Value,
    ) -> Reply {
        match method {
            Method::NodeErrand => answer(self.begin(state, worker, read(params)?).await?),
            Method::NodeSend => answer(self.send(state, &worker, read(params)?).await?),
            Method::NodeRead => answer(self.piece(state, &worker, read(params)?).await?),
            Method::NodeEnd => {
                let EndErrand { errand } = read(params)?;
                self.held(&worker, &errand)?;
                lock(&self.all).remove(&errand);
                answer(Done { ok: true })
            }
            _ => Err(ApiError::new(ErrorCode::UnknownMethod, "This is no errand.")),
        }
    }

    async fn begin(
        &self,
        state: &ServerState,
        worker: String,
        p: BeginErrand,
    ) -> Result<ErrandBegun, ApiError> {
        state.engine.require_errand(&worker, &p.id, &p.claim_token).await?;
        let same = match &p.errand {
            Errand::Base { .. } => |what: &What| matches!(what, What::Down(_)),
            Errand::Layer { .. } => |what: &What| matches!(what, What::Layer(_)),
            Errand::Result {} => |what: &What| matches!(what, What::Up(_)),
            Errand::Model { .. } => |_: &What| false,
        };
        {
            let mut all = lock(&self.all);
            // Begun anew, what was there before is over.
            all.retain(|_, held| {
                let is_this = held.worker == worker && held.job == p.id && same(&held.what);
                !held.is_idle() && !is_this
            });
            if all.values().filter(|held| held.worker == worker).count() >= AT_ONCE {
                return Err(ApiError::new(
                    ErrorCode::RateLimited,
                    "This machine has too many errands already.",
                ));
            }
        }
        let (what, size) = match p.errand {
            Errand::Base { have, shallow } => {
                let (path, size) = state.engine.carry_base(&p.id, have, shallow).await?;
                (What::Down(down::Down::new(path, size)), Some(size))
            }
            Errand::Layer { digest } => {
                let pack = state.engine.carry_layer(&worker, (&p.id, &p.claim_token), digest).await?;
                (What::Layer(layer::Layer::new(pack).into()), None)
            }
            Errand::Result {} => (What::Up(up::Up::new(state.engine.bundle_part(&p.id)).await?.into()), None),
            Errand::Model { reviewer, call, head } => {
                (What::Call(call::Call::new(p.id.clone(), reviewer, call, head).into()), None)
            }
        };
        let number = self.last.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let errand = format!("{}-{number}", state.engine.now_ms());
        let (job, claim, used) = (p.id, p.claim_token, Mutex::new(Instant::now()));
        lock(&self.all).insert(errand.clone(), Arc::new(Held { worker, job, claim, used, what }));
        Ok(ErrandBegun { ok: true, errand, size })
    }

    fn held(&self, worker: &str, errand: &str) -> Result<Arc<Held>, ApiError> {
        let mut all = lock(&self.all);
        // Whoever comes back too late begins anew, whether anything was begun meanwhile or not.
        all.retain(|_, held| !held.is_idle());
        let held = all.get(errand).filter(|held| held.worker == worker);
        let held = held.ok_or_else(|| ApiError::not_found("errand", errand))?;
        *lock(&held.used) = Instant::now();
        Ok(held.clone())
    }

    /// One that is still its machine's; a claim that has passed on ends it.
    async fn current(&self, state: &ServerState, worker: &str, errand: &str) -> Result<Arc<Held>, ApiError> {
        let held = self.held(worker, errand)?;
        let current = state.engine.require_errand(worker, &held.job, &held.claim).await;
        if current.is_err() {
            lock(&self.all).remove(errand);
        }
        current.map(|()| held)
    }

    async fn send(&self, state: &ServerState, worker: &str, p: SendErrand) -> Result<ErrandSent, ApiError> {
        let held = self.current(state, worker, &p.errand).await?;
        let piece = STANDARD.decode(p.piece).map_err(|_| ApiError::bad("piece is Base64"))?;
        // Only the last one may be short, so that their number is bounded by their size.
        if piece.len() > PIECE_BYTES || (piece.len() < PIECE_BYTES && !p.last) {
            return Err(ApiError::bad(format!("A piece but the last is of {PIECE_BYTES} bytes")));
        }
        let taken = match &held.what {
            What::Down(_) | What::Layer(_) => Err(ApiError::bad("nothing goes up on this errand")),
            What::Up(up) => up.lock().await.take(state, &held.job, p.at, &piece, p.last).await,
            What::Call(call) => call.lock().await.take(state, p.at, &piece, p.last),
        };
        if taken.as_ref().is_err_and(|error| error.code == ErrorCode::TooLarge) {
            lock(&self.all).remove(&p.errand);
        }
        Ok(ErrandSent { ok: true, taken: taken? })
    }

    async fn piece(&self, state: &ServerState, worker: &str, p: ReadErrand) -> Result<ErrandPiece, ApiError> {
        let held = self.current(state, worker, &p.errand).await?;
        match &held.what {
            What::Down(down) => down.piece(p.at).await,
            What::Layer(layer) => layer.lock().await.piece(p.at).await,
            What::Up(up) => up.lock().await.outcome(PATIENCE).await,
            What::Call(call) => call.lock().await.piece(p.at, PATIENCE).await,
        }
    }
}
