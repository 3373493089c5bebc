//! Who is calling, and with which idempotency key.

use protocol::ops::Permission;
use protocol::{ApiError, ErrorCode};
use store::Fingerprint;

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// Holder of this start's local token: the owner at this machine.
    Owner,
    /// A paired browser or device.
    Device { id: String, name: String, scopes: Vec<Permission> },
    /// One of our worker processes: its own claims, heartbeats and completions.
    Worker { id: String },
    /// The bearer of one job's token: that job alone, while it is claimed.
    Job { id: String },
    /// The server itself.
    Server,
}

impl Principal {
    /// Default deny: a worker or job token never reads conversations and never answers an approval.
    pub fn may(&self, scope: Permission) -> bool {
        match self {
            Principal::Owner | Principal::Server => true,
            Principal::Device { scopes, .. } => scopes.contains(&scope),
            Principal::Worker { .. } | Principal::Job { .. } => scope == Permission::Work,
        }
    }

    /// What it may be told of: all of it, or what these scopes open.
    pub fn scopes(&self) -> Option<Vec<Permission>> {
        match self {
            Principal::Owner | Principal::Server => None,
            Principal::Device { scopes, .. } => Some(scopes.clone()),
            Principal::Worker { .. } | Principal::Job { .. } => Some(vec![Permission::Work]),
        }
    }

    /// Shown in events and approvals.
    pub fn label(&self) -> String {
        match self {
            Principal::Owner => "owner".into(),
            Principal::Device { name, .. } => name.clone(),
            Principal::Worker { id } => id.clone(),
            Principal::Job { id } => format!("job {id}"),
            Principal::Server => "server".into(),
        }
    }

    /// Key under which idempotent answers are kept.
    pub(crate) fn actor(&self) -> String {
        match self {
            Principal::Device { id, .. } => device_actor(id),
            other => other.label(),
        }
    }
}

/// The name under which a device acts, whatever it is called by people.
pub(crate) fn device_actor(id: &str) -> String {
    format!("device:{id}")
}

/// One call's context.
#[derive(Debug, Clone)]
pub struct Caller {
    pub who: Principal,
    pub idempotency: Option<Fingerprint>,
}

impl Caller {
    pub fn new(who: Principal) -> Self {
        Self { who, idempotency: None }
    }

    /// Remembers the key; `digest` identifies method and parameters.
    pub fn with_key(mut self, key: String, digest: String) -> Self {
        self.idempotency = Some(Fingerprint { actor: self.who.actor(), key, digest });
        self
    }

    /// Refuses a worker or job that speaks for another worker.
    pub fn require_worker(&self, worker: &str) -> Result<(), ApiError> {
        match &self.who {
            Principal::Worker { id } if id != worker => {
                Err(ApiError::new(ErrorCode::Forbidden, "This token belongs to another worker."))
            }
            Principal::Job { .. } => {
                Err(ApiError::new(ErrorCode::Forbidden, "A job's token covers that job only."))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a job token used for another job.
    pub fn require_job(&self, job: &str) -> Result<(), ApiError> {
        match &self.who {
            Principal::Job { id } if id != job => {
                Err(ApiError::new(ErrorCode::Forbidden, "This token belongs to another job."))
            }
            _ => Ok(()),
        }
    }
}
