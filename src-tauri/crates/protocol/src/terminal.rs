//! Terminals: programs on the server's machine that people type into, from one place or several.

use crate::{JobId, TerminalId, WorkspaceId, wire};

/// Most bytes of a terminal's name.
pub const LONGEST_NAME: usize = 80;
/// Most columns and rows of a terminal.
pub const LARGEST_SIDE: u16 = 1000;
/// Bytes of output that may be on their way to one client without being acknowledged.
pub const WINDOW: u64 = 256 * 1024;
/// Bytes of input that may be on their way to the program without being acknowledged.
pub const INPUT_WINDOW: u64 = 256 * 1024;

wire! {
    /// `Interrupted` is the end of a terminal whose server ended first.
    pub enum TerminalState { Running, Exited, Interrupted }
}

wire! {
    /// What can be sent to the program in the foreground; `Kill` ends the whole tree.
    pub enum TerminalSignal { Interrupt, Quit, Terminate, HangUp, Kill }
}

wire! {
    /// How a terminal ended.
    pub struct TerminalEnd {
        pub state: TerminalState,
        /// RFC 3339.
        pub at: String,
        /// What its program said; absent when nobody was there to hear it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub exit_code: Option<u32>,
        /// The signal that ended its program, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub signal: Option<String>,
        /// Why, when it was not by itself: `closed`, `idle` or `server`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub why: Option<String>,
    }
}

wire! {
    /// One terminal, as everybody who may look at it sees it.
    pub struct Terminal {
        pub id: TerminalId,
        pub name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
        /// The job whose folder it was opened in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<JobId>,
        /// The machine it runs on; absent is the server's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub node: Option<crate::DeviceId>,
        /// Where its program was started.
        pub cwd: String,
        /// The program, such as `/bin/bash`.
        pub shell: String,
        pub state: TerminalState,
        pub cols: u16,
        pub rows: u16,
        /// RFC 3339.
        pub created_at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub end: Option<TerminalEnd>,
        /// Bytes of output since the start.
        pub bytes: u64,
        /// Who is attached, the one in control included.
        pub attached: u32,
        /// Who types, if anybody does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub controller: Option<String>,
        /// Bytes of its recording; 0 when it is not recorded.
        pub recorded: u64,
        /// The recording ends before the terminal does, because it became too large or could not be written.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub recording_cut: bool,
    }
}

wire! {
    pub struct Terminals {
        /// Newest first.
        pub terminals: Vec<Terminal>,
        /// Most that may run at once.
        pub most: u32,
    }
}

wire! {
    pub struct TerminalReply { pub ok: bool, pub terminal: Terminal }
}

wire! {
    /// Opens a terminal in the folder of a trusted workspace, or of a job that was taken over.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct OpenTerminal {
        /// The first trusted workspace when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
        /// A job whose work a person has taken over: its folder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<JobId>,
        /// Id or name of another machine: it begins in that machine's folder for terminals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub node: Option<String>,
        /// A folder inside that one, relative to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub folder: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub name: Option<String>,
        /// 80 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub cols: Option<u16>,
        /// 24 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub rows: Option<u16>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct TerminalParams { pub id: TerminalId }
}

wire! {
    /// Attaches this connection. Only over `/v1/ws`.
    #[serde(deny_unknown_fields)]
    pub struct AttachTerminal {
        pub id: TerminalId,
        /// Goes on after this many bytes of output; absent begins with a picture of the screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub after: Option<u64>,
        /// The seat of an earlier attachment whose connection was cut: it is taken up again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub seat: Option<String>,
        /// Never takes control by itself.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<_>", optional)]
        pub view_only: bool,
    }
}

wire! {
    pub struct TerminalAttached {
        pub ok: bool,
        /// The handle of this attachment in binary frames of this connection.
        pub stream: u32,
        /// Takes the attachment up again after a cut.
        pub seat: String,
        pub controls: bool,
        /// Bytes of input this seat has given so far; after a cut, what comes behind them is sent again.
        pub input_offset: u64,
        /// Most bytes of output that are sent without an acknowledgement.
        pub window: u64,
        pub terminal: Terminal,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct TerminalStream { pub stream: u32 }
}

wire! {
    /// Types text, like an input frame. Only over `/v1/ws`, and only for who is in control.
    #[serde(deny_unknown_fields)]
    pub struct TerminalInput { pub stream: u32, pub text: String }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ResizeTerminal { pub stream: u32, pub cols: u16, pub rows: u16 }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct SignalTerminal { pub id: TerminalId, pub signal: TerminalSignal }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RenameTerminal { pub id: TerminalId, pub name: String }
}

wire! {
    /// What a terminal shows now, without attaching to it.
    pub struct TerminalSnapshot {
        pub ok: bool,
        /// Bytes of output that lead to it; an attachment `after` it goes on from there.
        pub offset: u64,
        /// The screen in plain text, one line for each row, without what is blank at the end.
        pub text: String,
        /// Escape sequences that draw it, with some lines above, on an emulator of the same size.
        pub picture: String,
        pub terminal: Terminal,
    }
}

wire! {
    /// One piece of a recording.
    #[serde(deny_unknown_fields)]
    pub struct ExportTerminal {
        pub id: TerminalId,
        /// Bytes of the recording to leave out; `next` of the piece before.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        pub after: u64,
    }
}

wire! {
    /// A piece of a recording in asciicast v2, in whole lines.
    pub struct TerminalRecording {
        pub text: String,
        /// Where the next piece begins; absent when this is the last one for now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub next: Option<u64>,
    }
}
