//! Notifications on a phone or in a browser: who wants them, what is sent, and what became of each.
//!
//! What is sent is described, not worded: whoever shows it puts it into the language of its user.

use crate::asks::Asks;
use crate::because::Because;
use crate::publish::PublishReason;
use crate::{ApprovalId, RiskLevel, wire};

wire! {
    /// What a browser made for us at its push service.
    #[serde(deny_unknown_fields)]
    pub struct PushSubscription {
        /// Where messages go. Whoever knows it can send nothing without our key.
        pub endpoint: String,
        pub keys: PushKeys,
    }
}

wire! {
    /// Both base64url without padding.
    #[serde(deny_unknown_fields)]
    pub struct PushKeys {
        /// P-256 public key, uncompressed.
        pub p256dh: String,
        /// 16 bytes.
        pub auth: String,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RegisterPush {
        pub subscription: PushSubscription,
        /// Minutes of its local time ahead of UTC, by which the quiet hours are reckoned.
        #[serde(default)]
        pub offset_min: i32,
    }
}

wire! {
    pub struct PushRegistered { pub ok: bool, pub id: String }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PushTargetParams { pub id: String }
}

wire! {
    /// What a person can switch off.
    pub enum NoticeKind { NeedsYou, Finished, Failed, Limit, Worker, Test }
}

wire! {
    /// What happened.
    pub enum Told {
        /// A question waits for an answer.
        Question,
        /// The question of an earlier message is not asked any more.
        Answered,
        Landed,
        /// A job ended with an answer and no change.
        Reported,
        JobFailed,
        /// Checks failed or it no longer fits.
        CameBack,
        /// It waits for a person.
        Parked,
        JobWaits,
        BudgetNear,
        BudgetReached,
        RequestFailed,
        WaitsForModel,
        Pushed,
        PrOpened,
        PrByHand,
        NotPublished,
        WorkerTrouble,
        Test,
    }
}

wire! {
    /// A question that can be answered on the notification itself.
    pub struct PushQuestion {
        pub id: ApprovalId,
        pub hash: String,
        /// Everything that would be done is in the message, and its risk is not high.
        pub may_approve: bool,
        /// The device may answer at all.
        pub may_answer: bool,
        pub risk: RiskLevel,
        /// Of a change: how many files, and whether checks proved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub files: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub verified: Option<bool>,
    }
}

wire! {
    /// What the browser decrypts.
    pub struct PushMessage {
        /// The row of the ledger.
        pub id: String,
        /// What it is about; a later one with the same tag takes its place.
        pub tag: String,
        pub kind: NoticeKind,
        pub told: Told,
        /// Title of what it is about, in the words of whoever made it.
        pub subject: String,
        /// What the title of a question is made of.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub asks: Option<Box<Asks>>,
        /// Lines below it.
        pub detail: String,
        /// What the first of them is made of, where it is the server's own sentence.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        /// Why something was not published: the cause, of which the lines are the server's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reason: Option<PublishReason>,
        /// The workspace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub name: Option<String>,
        /// The page a tap opens.
        pub page: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub question: Option<PushQuestion>,
        /// Questions that wait now.
        pub waiting: u32,
    }
}

wire! {
    /// What became of a message.
    pub enum PushOutcome {
        /// Not handed over yet; it is tried again after a restart too.
        Waiting,
        /// The push service took it. Whether it was shown, only the device can say.
        Sent,
        Shown,
        /// The page was open and in sight, and said it itself.
        InPage,
        Opened,
        Approved,
        Denied,
        /// A tap on it came too late.
        TooLate,
        /// A tap on it could not be handed over.
        NotAnswered,
        Dismissed,
        /// Its question was answered before it was handed over.
        Withdrawn,
        /// Its kind is switched off.
        Off,
        /// Kept back by the quiet hours.
        Quiet,
        /// The push service refused it.
        Refused,
        /// The subscription is over; its device is told nothing more.
        Gone,
        /// Tried until its time was up.
        GivenUp,
    }
}

wire! {
    /// A row of the ledger.
    pub struct PushRow {
        pub id: String,
        /// Name of the device.
        pub device: String,
        pub kind: NoticeKind,
        pub told: Told,
        pub subject: String,
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub asks: Option<Box<Asks>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub name: Option<String>,
        pub page: String,
        pub made_at: String,
        pub outcome: PushOutcome,
        pub outcome_at: String,
        /// What the push service said, where it did not take it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub why: Option<String>,
    }
}

wire! {
    /// A browser that is told.
    pub struct PushTarget {
        pub id: String,
        /// Name of the device.
        pub device: String,
        /// Host of its push service.
        pub service: String,
        /// It belongs to whoever asks.
        pub current: bool,
        pub made_at: String,
    }
}

wire! {
    pub struct Notifications {
        /// VAPID public key to subscribe with, base64url.
        pub public_key: String,
        pub targets: Vec<PushTarget>,
        /// Newest first; all of them with the scope `admin`, one's own otherwise.
        pub sent: Vec<PushRow>,
    }
}

wire! {
    pub struct PushSent { pub ok: bool, pub sent: Vec<PushRow> }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct PushBecame { pub id: String, pub outcome: PushOutcome }
}
