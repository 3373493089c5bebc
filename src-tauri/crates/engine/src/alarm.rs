//! A part of the crew that ends by a panic. Without it the server would go on half dead: taking messages that nobody
//! serves, or landing nothing any more. Everything that counts is stored, so starting anew is the cure; who runs the
//! server is told and does it.

use crate::Engine;
use tokio::sync::watch;

/// Held by a task as long as it lives. A mistake that unwinds it raises the alarm; any other end does not.
pub struct Alarm {
    broken: watch::Sender<bool>,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.broken.send_replace(true);
        }
    }
}

impl Engine {
    /// For a task without which the server is not whole.
    pub fn alarm(&self) -> Alarm {
        Alarm { broken: self.broken.clone() }
    }

    /// Resolves when a part of the server has broken: it is to be stopped, and may be started again.
    pub async fn broken(&self) {
        let mut broken = self.broken.subscribe();
        if broken.wait_for(|broken| *broken).await.is_err() {
            std::future::pending().await
        }
    }
}

/// The file whose appearance in the data folder breaks a server of a debug build: how a test sees what its window
/// does then. A release build knows nothing of it.
#[cfg(debug_assertions)]
const BREAK: &str = "break-for-a-test";

#[cfg(debug_assertions)]
impl Engine {
    #[allow(clippy::panic)] // The mistake that tests need, on purpose.
    pub(crate) async fn break_for_a_test(&self) {
        let file = self.data.root().join(BREAK);
        while !self.is_stopping() {
            if std::fs::remove_file(&file).is_ok() {
                panic!("broken by {}", file.display());
            }
            tokio::select! {
                () = tokio::time::sleep(std::time::Duration::from_millis(500)) => {}
                () = self.stopping() => {}
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Whether a task that ends like this raises the alarm.
    async fn alarmed(task: impl Future<Output = ()> + Send + 'static) -> bool {
        let broken = watch::Sender::new(false);
        let alarm = Alarm { broken: broken.clone() };
        let mut heard = broken.subscribe();
        let task = tokio::spawn(async move {
            let _alarm = alarm;
            task.await;
        });
        let _ = task.await;
        *heard.borrow_and_update()
    }

    #[tokio::test]
    async fn a_panic_is_told_and_an_end_in_good_order_is_not() {
        assert!(!alarmed(async {}).await);
        assert!(
            alarmed(async {
                tokio::task::yield_now().await;
                panic!("a mistake");
            })
            .await
        );
    }

    #[tokio::test]
    async fn a_task_that_is_given_up_is_not_broken() {
        let broken = watch::Sender::new(false);
        let alarm = Alarm { broken: broken.clone() };
        let task = tokio::spawn(async move {
            let _alarm = alarm;
            std::future::pending::<()>().await;
        });
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(!*broken.borrow());
    }
}
