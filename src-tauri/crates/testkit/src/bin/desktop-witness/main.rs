//! The witness of the desktop tests. Test-only: it stands on the session bus where a desktop would stand, as the host
//! of tray icons and as the service that shows notifications, and says on standard output what it is given.
//!
//! `desktop-witness [--no-tray] [--no-notifications] [--no-actions] [--appearance KEY=N,…]` prints JSON lines: `ready`
//! once it owns its names,
//! then `item` and `item-gone`, `notification` and `closed`. It ends when its standard input does. Each line there is
//! a command with a number of its own choosing, answered by a line `{"reply":n,…}`:
//!
//! - `{"n":1,"do":"item"}` the tray item's icon, label and status,
//! - `{"n":1,"do":"menu"}` its menu as a tree of labels,
//! - `{"n":1,"do":"click","path":["Question","Approve once"]}` clicks what is there now; a step matches a beginning,
//! - `{"n":1,"do":"find","path":[…]}` answers its number and where its menu is, for
//!   `{"n":1,"do":"click-id","id":7,"menu":"/…"}` later, which does not wait for the program,
//! - `{"n":1,"do":"press","id":3,"action":"approve"}` a button of a notification, `default` for a click on it,
//! - `{"n":1,"do":"dismiss","id":3}` closes it as a person would,
//! - `{"n":1,"do":"appear","key":"color-scheme","value":1}` the desktop's appearance changes: with `--appearance` it
//!   also stands where a desktop's portal tells that, since a real one needs a whole desktop to run.

#[cfg(target_os = "linux")]
mod menu;
#[cfg(target_os = "linux")]
mod notifications;
#[cfg(target_os = "linux")]
mod portal;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod watcher;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    match stage::run(std::env::args().skip(1).collect()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("desktop-witness: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("desktop-witness: the session bus is a thing of Linux");
    std::process::ExitCode::FAILURE
}
