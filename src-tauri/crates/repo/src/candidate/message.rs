//! Commit messages with our trailers. Whatever `Job:` and `Worker:` lines a worker wrote at the end of its
//! message are replaced: those two are statements of this program.

/// Written at the end of each landed commit's message, when given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trailers {
    pub job: Option<String>,
    pub worker: Option<String>,
}

const KEYS: [&str; 2] = ["Job", "Worker"];
const MAX_MESSAGE: usize = 64 << 10;

/// The message, without what git would cut anyway, ending in the trailers.
pub(crate) fn compose(message: &[u8], trailers: &Trailers) -> Vec<u8> {
    let text = String::from_utf8_lossy(&message[..message.len().min(MAX_MESSAGE)]).replace('\0', "");
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let start = lines.iter().rposition(|line| line.is_empty()).map_or(lines.len(), |at| at + 1);
    let is_block = start > 0 && lines[start..].iter().all(|line| key(line).is_some());
    if is_block {
        let kept: Vec<&str> =
            lines.drain(start..).filter(|line| !key(line).is_some_and(|key| KEYS.contains(&key))).collect();
        lines.extend(kept);
    }
    let subject = lines.iter().position(|line| !line.is_empty());
    let mut lines = subject.map_or_else(|| vec!["Change without a message"], |first| lines.split_off(first));
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let mut out = lines.join("\n");
    out.push('\n');
    let values = [&trailers.job, &trailers.worker];
    let ours: Vec<String> = KEYS
        .iter()
        .zip(values)
        .filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}: {}\n", one_line(value))))
        .collect();
    let ends_in_block = lines.len() > 1 && {
        let start = lines.iter().rposition(|line| line.is_empty());
        start.is_some_and(|at| lines[at + 1..].iter().all(|line| key(line).is_some()))
    };
    if !ours.is_empty() && !ends_in_block {
        out.push('\n');
    }
    out.push_str(&ours.concat());
    out.into_bytes()
}

/// `Some-Key` of `Some-Key: value`.
fn key(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(": ")?;
    let fine = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (fine && !value.is_empty()).then_some(key)
}

fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(message: &str) -> String {
        let trailers = Trailers { job: Some("j1".into()), worker: Some("w1".into()) };
        String::from_utf8(compose(message.as_bytes(), &trailers)).unwrap()
    }

    #[test]
    fn trailers_follow_the_text() {
        assert_eq!(composed("Fix it\n\nBecause.\n"), "Fix it\n\nBecause.\n\nJob: j1\nWorker: w1\n");
        assert_eq!(composed("Fix it"), "Fix it\n\nJob: j1\nWorker: w1\n");
        assert_eq!(composed(" \n\n"), "Change without a message\n\nJob: j1\nWorker: w1\n");
    }

    #[test]
    fn trailers_join_a_block_that_is_there() {
        assert_eq!(composed("Fix\n\nCo-authored-by: A\n"), "Fix\n\nCo-authored-by: A\nJob: j1\nWorker: w1\n");
    }

    #[test]
    fn a_forged_job_line_is_replaced() {
        assert_eq!(composed("Fix\n\nJob: other\nWorker: me"), "Fix\n\nJob: j1\nWorker: w1\n");
        assert_eq!(composed("fix: it"), "fix: it\n\nJob: j1\nWorker: w1\n");
    }
}
