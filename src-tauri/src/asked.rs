//! A question in the language of the desktop: in English the server's own sentence, in German made of its kind and
//! facts. What has no kind, or one of a newer server, keeps the sentence. Pure.

use protocol::approval::Approval;
use protocol::asks::Asks;

use crate::words::Words;

pub fn sentence(approval: &Approval, words: Words) -> String {
    match (words, &approval.asks) {
        (Words::German, Some(asks)) => german(asks),
        _ => approval.summary.clone(),
    }
}

fn german(asks: &Asks) -> String {
    match asks {
        Asks::Land { title, branch } => format!("„{title}“ in {branch} übernehmen"),
        Asks::LandMain { branch, to, commits: 1 } => format!("{branch} auf {to} vorrücken: 1 Commit"),
        Asks::LandMain { branch, to, commits } => format!("{branch} auf {to} vorrücken: {commits} Commits"),
        Asks::Trust { checks: 0, .. } => {
            "Für dieses Repository wurden keine Prüfungen gefunden. Seine Änderungen ohne Prüfung übernehmen?"
                .to_owned()
        }
        Asks::Trust { checks: 1, commands } => {
            format!("Eine Prüfung dieses Repositorys entscheiden lassen, was übernommen wird: {commands}")
        }
        Asks::Trust { checks, commands } => {
            format!(
                "{checks} Prüfungen dieses Repositorys entscheiden lassen, was übernommen wird: {commands}"
            )
        }
        Asks::SetupNetwork { command, hosts, .. } => {
            format!("Das Netz für den Einrichtungsschritt `{command}` öffnen ({hosts})")
        }
        Asks::ImageBuild { file, digest, .. } => format!("Ein Image aus {file} bauen (sha256 {digest})"),
        Asks::JobNetwork { job, target } => format!("„{job}“ {target} erreichen lassen"),
        Asks::JobCommand { job, command } => format!("„{job}“ {command} ausführen lassen"),
        Asks::JobWrite { job, paths } => {
            format!("„{job}“ {paths} schreiben lassen, außerhalb dessen, was der Auftrag ändern darf")
        }
        Asks::Bisect { command } => format!("`{command}` auf mehreren Commits ausführen"),
        Asks::LocalCommand { command } => format!("{command} auf einer Kopie des Repositorys ausführen"),
        Asks::Recipe { name } => format!("Das Rezept {name} zum ersten Mal ausführen"),
        Asks::Push { branch, remote, over: Some(there), .. } => {
            format!("{branch} nach {remote} pushen und {there} dort überschreiben")
        }
        Asks::Push { branch, remote, opens: true, .. } => {
            format!("{branch} nach {remote} pushen und einen Pull Request öffnen")
        }
        Asks::Push { branch, remote, .. } => format!("{branch} nach {remote} pushen"),
        Asks::Tool { name } => format!("Das Werkzeug {name} ausführen"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exactly::tests::question;
    use serde_json::json;

    #[test]
    fn a_question_is_asked_in_german_where_its_kind_is_known_and_as_it_stands_elsewhere() {
        let mut asked = question("a", "recipe.first_use", json!({}));
        assert_eq!(sentence(&asked, Words::German), "Question a", "an older server tells no kind");
        asked.asks = Some(Box::new(Asks::Recipe { name: "docs".into() }));
        assert_eq!(sentence(&asked, Words::German), "Das Rezept docs zum ersten Mal ausführen");
        assert_eq!(sentence(&asked, Words::English), "Question a");
    }
}
