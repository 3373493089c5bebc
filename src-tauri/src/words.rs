//! What the tray and the notifications say, in the language of the session: English, or German where `LC_ALL`,
//! `LC_MESSAGES` or `LANG` name it. Every line has both, side by side.

use protocol::budget::{BudgetScope, Measure};

/// One language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    English,
    German,
}

/// The language the process was started in.
pub fn words() -> Words {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    Words::of(
        &named
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .unwrap_or_default(),
    )
}

fn english_measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Tokens => "tokens",
        Measure::WorkMs => "working time",
        Measure::MoneyMicros => "money",
    }
}

fn english_scope(scope: BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Job => "job",
        BudgetScope::Day => "day",
        BudgetScope::Workspace => "repository",
    }
}

fn german_measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Tokens => "der Tokens",
        Measure::WorkMs => "der Arbeitszeit",
        Measure::MoneyMicros => "des Geldes",
    }
}

fn german_scope(scope: BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Job => "dieses Auftrags",
        BudgetScope::Day => "dieses Tages",
        BudgetScope::Workspace => "dieses Repositorys",
    }
}

macro_rules! lines {
    ($($(#[$meta:meta])* $name:ident($($arg:ident: $ty:ty),*) $en:expr, $de:expr;)*) => {
        impl Words {
            $($(#[$meta])* pub fn $name(self $(, $arg: $ty)*) -> String {
                match self { Self::English => $en.to_string(), Self::German => $de.to_string() }
            })*
        }
    };
}

lines! {
    idle() "Nothing to do", "Nichts zu tun";
    offline() "The server cannot be reached", "Der Server ist nicht erreichbar";
    starting() "Connecting to the server", "Verbindung zum Server wird aufgebaut";
    needs_you(n: usize) count(n, "question waits for you", "questions wait for you"),
        count(n, "Frage wartet auf Sie", "Fragen warten auf Sie");
    jobs_running(n: u64) count(n, "job running", "jobs running"), count(n, "Auftrag läuft", "Aufträge laufen");
    working() "Working", "In Arbeit";
    in_queue(n: u64) format!("{n} in queue"), format!("{n} in der Warteschlange");
    paused() "Nothing lands: paused", "Nichts wird übernommen: angehalten";
    approve() "Approve once", "Einmal erlauben";
    deny() "Deny", "Ablehnen";
    open() "Open", "Öffnen";
    open_window() "Open Pilothouse", "Pilothouse öffnen";
    new_message() "New message…", "Neue Nachricht …";
    all_questions(n: usize) format!("All {n} questions"), format!("Alle {n} Fragen");
    held(waiting: u64)
        if waiting == 0 { "Everything is paused".to_owned() } else { format!("Everything is paused: {waiting} waiting") },
        if waiting == 0 { "Alles ist angehalten".to_owned() } else { format!("Alles ist angehalten: {waiting} warten") };
    pause() "Pause everything (what runs goes on)", "Alles anhalten (was läuft, läuft zu Ende)";
    resume() "Resume everything", "Alles fortsetzen";
    sessions() "Recent sessions", "Letzte Sitzungen";
    settings() "Settings", "Einstellungen";
    quit() "Quit", "Beenden";
    failed_line(title: &str) format!("Failed: {title}"), format!("Fehlgeschlagen: {title}");
    low() "Low risk", "Geringes Risiko";
    medium() "Medium risk", "Mittleres Risiko";
    high() "High risk: open it to answer", "Hohes Risiko: zum Antworten öffnen";
    not_whole() "Too long to show here: open it to answer", "Zu lang für hier: zum Antworten öffnen";
    reaches(hosts: &str) format!("Reaches {hosts}"), format!("Erreicht {hosts}");
    in_folder(folder: &str) format!("In {folder}"), format!("In {folder}");
    writes(globs: &str) format!("May write {globs}"), format!("Darf schreiben: {globs}");
    change(files: u64, additions: u64, deletions: u64, target: &str)
        format!("{}, +{additions} −{deletions}, onto {target}", count(files, "file", "files")),
        format!("{}, +{additions} −{deletions}, auf {target}", count(files, "Datei", "Dateien"));
    and_more(n: usize) format!("and {n} more"), format!("und {n} weitere");
    risky(paths: &str) format!("Risky: {paths}"), format!("Heikel: {paths}");
    checks(names: &str) format!("Checks before it lands: {names}"), format!("Vorher wird geprüft: {names}");
    not_verified() "Not verified by us", "Nicht von uns geprüft";
    no_checks() "No checks", "Keine Prüfungen";

    asks(workspace: &str) format!("{workspace} needs you"), format!("{workspace} braucht Sie");
    many_ask() "Several questions wait for you", "Mehrere Fragen warten auf Sie";
    opens_to_read() "It opens for you to read.", "Öffnen Sie sie, um sie zu lesen.";
    landed_one(workspace: &str) format!("A change landed in {workspace}"), format!("Eine Änderung ist in {workspace} gelandet");
    landed_many(n: usize, workspace: &str) format!("{n} changes landed in {workspace}"),
        format!("{n} Änderungen sind in {workspace} gelandet");
    reported(title: &str) format!("Done: {title}"), format!("Fertig: {title}");
    came_back(title: &str) format!("Came back: {title}"), format!("Zurückgekommen: {title}");
    job_failed(title: &str) format!("Failed: {title}"), format!("Fehlgeschlagen: {title}");
    pushed(head: &str) format!("Pushed: {head}"), format!("Übertragen: {head}");
    pr_opened(head: &str) format!("Pull request opened: {head}"), format!("Pull Request geöffnet: {head}");
    pr_by_hand(head: &str) format!("Pushed, the pull request is yours to open: {head}"), format!("Übertragen, den Pull Request öffnen Sie selbst: {head}");
    not_published(head: &str) format!("Not published: {head}"), format!("Nicht veröffentlicht: {head}");
    parked(title: &str) format!("Needs a decision: {title}"), format!("Braucht eine Entscheidung: {title}");
    limit_wait(title: &str) format!("Held up by a limit: {title}"), format!("Von einer Grenze aufgehalten: {title}");
    budget_near() "Most of a budget is used", "Ein Budget ist fast verbraucht";
    budget_reached() "A budget is used up", "Ein Budget ist verbraucht";
    budget_part(percent: u128, scope: BudgetScope, measure: Measure)
        format!("{percent} % of the {} of this {}", english_measure(measure), english_scope(scope)),
        format!("{percent} % {} {}", german_measure(measure), german_scope(scope));
    limit_job(title: &str) format!("Stopped at a limit: {title}"), format!("An einer Grenze beendet: {title}");
    limit_request(prompt: &str) format!("A limit was reached: {prompt}"), format!("Eine Grenze ist erreicht: {prompt}");
    worker_trouble(id: &str, times: u32) format!("Worker {id} ended {times} times in a row"), format!("Worker {id} endete {times}-mal nacheinander");
    waits_for_model() "A request waits for a model", "Eine Anfrage wartet auf ein Modell";
    too_late() "Too late", "Zu spät";
    too_late_because(summary: &str, why: &str) format!("{summary}: {why}"), format!("{summary}: {why}");
    was_approved() "it was already approved", "es wurde schon erlaubt";
    was_denied() "it was already denied", "es wurde schon abgelehnt";
    was_closed() "it is not asked any more", "es wird nicht mehr gefragt";
    has_changed() "it has changed since you saw it; open it to look again",
        "es hat sich seitdem geändert; öffnen Sie es und sehen Sie noch einmal hin";
    not_answered() "Not answered", "Nicht beantwortet";
    not_paused() "Not paused", "Nicht angehalten";
    not_resumed() "Not resumed", "Nicht fortgesetzt";
    quits_when_done() "Pilothouse quits when nothing runs any more", "Pilothouse beendet sich, sobald nichts mehr läuft";
    restarts_when_done() "Pilothouse restarts to update when nothing runs any more", "Pilothouse startet zum Aktualisieren neu, sobald nichts mehr läuft";
    // Menus; the mark stands before the letter that opens one.
    file() "&File", "&Datei";
    edit() "&Edit", "&Bearbeiten";
    view() "&View", "&Ansicht";
    go() "&Go", "&Gehe zu";
    help() "&Help", "&Hilfe";
    open_repository() "Open repository…", "Repository öffnen …";
    choose_repository() "Choose a repository", "Repository auswählen";
    close_window() "Close window", "Fenster schließen";
    reload() "Reload", "Neu laden";
    zoom_in() "Zoom in", "Vergrößern";
    zoom_out() "Zoom out", "Verkleinern";
    zoom_reset() "Actual size", "Originalgröße";
    full_screen() "Full screen", "Vollbild";
    conversation() "Conversation", "Gespräch";
    approvals() "Approvals", "Freigaben";
    work() "Work", "Arbeit";
    server() "&Server", "&Server";
    this_machine() "This machine", "Dieser Rechner";
    other_server() "Another server…", "Anderer Server …";
    doctor() "Doctor", "Diagnose";
    shortcuts() "Keyboard shortcuts", "Tastenkürzel";
    keep_running() "Keep running", "Weiterlaufen lassen";
    quit_now() "Quit now", "Jetzt beenden";
    quit_when_done() "Quit when done", "Beenden, wenn fertig";
    cancel() "Cancel", "Abbrechen";
    asked_on_close()
        "Keep Pilothouse running without its window? The crew goes on working, and questions still reach you. The tray icon, or starting Pilothouse again, brings the window back. This is asked once; Settings change it.",
        "Soll Pilothouse ohne Fenster weiterlaufen? Die Mannschaft arbeitet weiter, und Fragen erreichen Sie trotzdem. Das Symbol in der Leiste oder ein neuer Start bringt das Fenster zurück. Das wird nur einmal gefragt und lässt sich in den Einstellungen ändern.";
    cut_short(running: &str)
        format!("Still at work: {running}. Quitting now loses nothing: jobs go back to their queue and checks run again when Pilothouse is started the next time."),
        format!("Noch in Arbeit: {running}. Jetzt zu beenden verliert nichts: Aufträge gehen in ihre Warteschlange zurück und Prüfungen laufen beim nächsten Start erneut.");
}

/// `3 files`, `1 file`.
fn count(n: impl TryInto<u64>, one: &str, more: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {}", if n == 1 { one } else { more })
}

impl Words {
    /// The language of a locale such as `de_DE.UTF-8`.
    pub fn of(locale: &str) -> Self {
        let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") { Self::German } else { Self::English }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_is_spoken_where_the_locale_names_it_and_english_elsewhere() {
        for locale in ["de", "de_DE.UTF-8", "de_AT", "DE"] {
            assert_eq!(Words::of(locale), Words::German, "{locale}");
        }
        for locale in ["", "C", "C.UTF-8", "en_GB.UTF-8", "den_CA"] {
            assert_eq!(Words::of(locale), Words::English, "{locale}");
        }
    }

    #[test]
    fn one_and_many_are_told_apart() {
        assert_eq!(Words::English.needs_you(1), "1 question waits for you");
        assert_eq!(Words::German.needs_you(2), "2 Fragen warten auf Sie");
        assert_eq!(Words::English.change(1, 2, 0, "main_agents"), "1 file, +2 −0, onto main_agents");
    }
}
