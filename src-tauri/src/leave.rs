//! Leaving: what closing the window means, asked once, and what quitting would cut short. A signal does not come here:
//! it ends the program without a question.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager as _, async_runtime};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogResult};

use crate::drain::{Drained, drain};
use crate::memory::OnClose;
use crate::running;
use crate::shell::Shell;
use crate::window;
use crate::words::words;

/// How often is looked whether what runs has ended.
const LOOK: Duration = Duration::from_secs(1);

/// One question at a time.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Whether the window may close now; if not, its person is being asked.
pub fn may_close(app: &AppHandle, shell: &Arc<Shell>) -> bool {
    if shell.on_close() != OnClose::Ask {
        return true;
    }
    let (on, shell) = (app.clone(), Arc::clone(shell));
    let words = words();
    ask(app, &words.asked_on_close(), [words.keep_running(), words.quit(), words.cancel()], move |answer| {
        let choice = match answer {
            Answer::First => OnClose::Keep,
            Answer::Second => OnClose::Quit,
            Answer::Neither => return,
        };
        shell.memory.remember_on_close(choice);
        window::close(&on);
    });
    false
}

/// Ends the program; asks first when something runs that would be cut short.
pub fn quit(app: &AppHandle) {
    let app = app.clone();
    let shell = Arc::clone(app.state::<Arc<Shell>>().inner());
    async_runtime::spawn(async move {
        let Some(address) = shell.own_address() else { return app.exit(0) };
        let running = match running::ask(&address).await {
            Ok(running) if !running.is_nothing() => running,
            // A server that does not answer cannot be waited for.
            Ok(_) | Err(_) => return app.exit(0),
        };
        let (on, staying, words) = (app.clone(), shell, words());
        let buttons = [words.quit_now(), words.quit_when_done(), words.cancel()];
        ask(&app, &words.cut_short(&running.to_string()), buttons, move |answer| match answer {
            Answer::First => on.exit(0),
            Answer::Second => {
                window::close_and_stay(&on);
                async_runtime::spawn(async move {
                    match drain(&address, words.quits_when_done(), LOOK).await {
                        Drained::Yes | Drained::NoAnswer => on.exit(0),
                        Drained::CalledOff => staying.stay(false),
                    }
                });
            }
            Answer::Neither => {}
        });
    });
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    First,
    Second,
    Neither,
}

/// Asks in a dialog of the system, which Escape leaves without an answer.
fn ask(app: &AppHandle, text: &str, words: [String; 3], answered: impl FnOnce(Answer) + Send + 'static) {
    if ASKING.swap(true, Ordering::AcqRel) {
        return;
    }
    let [first, second, neither] = words;
    let (one, two) = (first.clone(), second.clone());
    let buttons = MessageDialogButtons::YesNoCancelCustom(first, second, neither);
    let mut dialog = app.dialog().message(text).title("Pilothouse").buttons(buttons);
    if let Some(window) = window::find(app) {
        dialog = dialog.parent(&window);
    }
    dialog.show_with_result(move |result| {
        ASKING.store(false, Ordering::Release);
        answered(match result {
            MessageDialogResult::Yes => Answer::First,
            MessageDialogResult::No => Answer::Second,
            MessageDialogResult::Custom(word) if word == one => Answer::First,
            MessageDialogResult::Custom(word) if word == two => Answer::Second,
            MessageDialogResult::Custom(_) | MessageDialogResult::Ok | MessageDialogResult::Cancel => {
                Answer::Neither
            }
        });
    });
}
