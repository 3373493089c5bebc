//! Reads a line of a shell as the commands it would run, as far as its words tell.
//!
//! This is no shell: nothing is expanded. What stands inside `$(…)`, backticks and `<(…)` is read too. Where the words
//! alone do not say what would run (a program named by a variable, a `case`, an open quote), the reading is not
//! `certain`, and nobody may take it for the whole.

/// How deep substitutions are followed.
const DEPTH: u32 = 6;
/// A line with more commands is not read to its end.
const MOST: usize = 200;

/// One command with nothing around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Simple {
    pub words: Vec<String>,
    /// Files its output goes to.
    pub writes: Vec<String>,
    /// Variables are set for it alone.
    pub assigns: bool,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    pub commands: Vec<Simple>,
    pub certain: bool,
}

pub(super) fn read(text: &str) -> Line {
    let mut reader = Reader { out: Vec::new(), certain: true };
    reader.line(text, 0);
    Line { commands: reader.out, certain: reader.certain }
}

struct Reader {
    out: Vec<Simple>,
    certain: bool,
}

/// Where the next word goes.
#[derive(PartialEq)]
enum Goes {
    Word,
    /// After `>`.
    Out,
    /// After `<` or `<<<`: nothing of ours.
    In,
    /// After `<<`: the word that ends a text.
    Until,
}

impl Reader {
    fn line(&mut self, text: &str, depth: u32) {
        if depth > DEPTH {
            self.certain = false;
            return;
        }
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut now, mut word) = (0, Simple::default(), None::<String>);
        let (mut goes, mut texts) = (Goes::Word, Vec::<String>::new());
        while at < chars.len() {
            if self.out.len() >= MOST {
                self.certain = false;
                return;
            }
            let (c, next) = (chars[at], chars.get(at + 1).copied());
            match c {
                '\\' => {
                    match next {
                        Some('\n') => {}
                        Some(escaped) => word.get_or_insert_default().push(escaped),
                        None => self.certain = false,
                    }
                    at += 2;
                    continue;
                }
                '\'' => {
                    let end = chars[at + 1..].iter().position(|c| *c == '\'');
                    let quoted = &chars[at + 1..end.map_or(chars.len(), |n| at + 1 + n)];
                    word.get_or_insert_default().extend(quoted);
                    self.certain &= end.is_some();
                    at += quoted.len() + 2;
                    continue;
                }
                '"' => {
                    at = self.quoted(&chars, at + 1, word.get_or_insert_default(), depth);
                    continue;
                }
                '`' => {
                    at = self.backticks(&chars, at + 1, word.get_or_insert_default(), depth);
                    continue;
                }
                '$' | '<' | '>' if next == Some('(') => {
                    at = self.substitution(&chars, at + 2, word.get_or_insert_default(), depth);
                    continue;
                }
                '#' if word.is_none() => {
                    while at < chars.len() && chars[at] != '\n' {
                        at += 1;
                    }
                    continue;
                }
                '<' | '>' => {
                    // A number before it is that of a stream.
                    if word.as_deref().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit())) {
                        word = None;
                    }
                    self.word(&mut now, &mut word, &mut goes, &mut texts);
                    let mut sign = String::new();
                    while at < chars.len()
                        && matches!(chars[at], '<' | '>' | '&' | '|' | '-')
                        && sign.len() < 3
                    {
                        if chars[at] == '-' && !sign.starts_with("<<") {
                            break;
                        }
                        sign.push(chars[at]);
                        at += 1;
                    }
                    goes = match sign.as_str() {
                        "<<" | "<<-" => Goes::Until,
                        sign if sign.starts_with('<') => Goes::In,
                        // `2>&1` goes to a stream.
                        sign if sign.ends_with('&') && chars.get(at).is_some_and(char::is_ascii_digit) => {
                            Goes::In
                        }
                        _ => Goes::Out,
                    };
                    continue;
                }
                '&' if next == Some('>') => {
                    self.word(&mut now, &mut word, &mut goes, &mut texts);
                    at += 1;
                    continue;
                }
                '\n' if !texts.is_empty() || goes == Goes::Until => {
                    self.word(&mut now, &mut word, &mut goes, &mut texts);
                    at = self.texts(&chars, at + 1, &mut texts, &now, depth);
                    self.command(&mut now);
                    continue;
                }
                ';' | '\n' | '&' | '|' | '(' | ')' => {
                    self.word(&mut now, &mut word, &mut goes, &mut texts);
                    self.command(&mut now);
                }
                c if c.is_whitespace() => self.word(&mut now, &mut word, &mut goes, &mut texts),
                c => word.get_or_insert_default().push(c),
            }
            at += 1;
        }
        self.word(&mut now, &mut word, &mut goes, &mut texts);
        self.certain &= texts.is_empty() && goes == Goes::Word;
        self.command(&mut now);
    }

    fn word(
        &mut self,
        now: &mut Simple,
        word: &mut Option<String>,
        goes: &mut Goes,
        texts: &mut Vec<String>,
    ) {
        let Some(word) = word.take() else { return };
        match std::mem::replace(goes, Goes::Word) {
            Goes::Word => now.words.push(word),
            Goes::Out => now.writes.push(word),
            Goes::In => {}
            Goes::Until => texts.push(word),
        }
    }

    /// Inside double quotes; answers where they end.
    fn quoted(&mut self, chars: &[char], mut at: usize, word: &mut String, depth: u32) -> usize {
        while at < chars.len() {
            match (chars[at], chars.get(at + 1)) {
                ('"', _) => return at + 1,
                ('\\', Some(escaped)) => {
                    word.push(*escaped);
                    at += 2;
                }
                ('`', _) => at = self.backticks(chars, at + 1, word, depth),
                ('$', Some('(')) => at = self.substitution(chars, at + 2, word, depth),
                (c, _) => {
                    word.push(c);
                    at += 1;
                }
            }
        }
        self.certain = false;
        at
    }

    fn backticks(&mut self, chars: &[char], at: usize, word: &mut String, depth: u32) -> usize {
        let mut inner = String::new();
        let mut here = at;
        while here < chars.len() && chars[here] != '`' {
            if chars[here] == '\\' && matches!(chars.get(here + 1), Some('`' | '\\' | '$')) {
                here += 1;
            }
            inner.push(chars[here]);
            here += 1;
        }
        self.certain &= here < chars.len();
        self.line(&inner, depth + 1);
        word.push_str("$()");
        here + 1
    }

    /// After `$(`, `<(` or `>(`; answers where it ends. Arithmetic is passed over.
    fn substitution(&mut self, chars: &[char], at: usize, word: &mut String, depth: u32) -> usize {
        let (mut open, mut here, mut quote) = (1, at, None::<char>);
        while here < chars.len() {
            match (chars[here], quote) {
                ('\\', quote) if quote != Some('\'') => here += 1,
                (c @ ('\'' | '"'), None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                ('(', None) => open += 1,
                (')', None) => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
            here += 1;
        }
        self.certain &= open == 0;
        let inner: String = chars[at.min(chars.len())..here.min(chars.len())].iter().collect();
        match inner.starts_with('(') {
            true => self.certain &= !inner.contains("$("),
            false => self.line(&inner, depth + 1),
        }
        word.push_str("$()");
        here + 1
    }

    /// Passes over the texts that were announced with `<<`. One that a shell is given is read as its commands.
    fn texts(
        &mut self,
        chars: &[char],
        mut at: usize,
        texts: &mut Vec<String>,
        now: &Simple,
        depth: u32,
    ) -> usize {
        let is_shell = now.words.iter().any(|word| super::is_shell(word));
        for end in texts.drain(..) {
            let (mut body, mut closed) = (String::new(), false);
            while at < chars.len() && !closed {
                let line: String = chars[at..].iter().take_while(|c| **c != '\n').collect();
                at += line.chars().count() + 1;
                closed = line.trim_start_matches('\t') == end;
                if !closed {
                    body.push_str(&line);
                    body.push('\n');
                }
            }
            self.certain &= closed;
            if is_shell || body.contains("$(") || body.contains('`') {
                self.line(&body, depth + 1);
            }
        }
        at.min(chars.len())
    }

    /// Takes what was gathered as one command, without the words that only steer the shell.
    fn command(&mut self, now: &mut Simple) {
        let mut taken = std::mem::take(now);
        loop {
            match taken.words.first().map(String::as_str) {
                Some("if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "{" | "time") => {
                    taken.words.remove(0);
                }
                Some("fi" | "done" | "}" | "esac") => taken.words.clear(),
                // `for x in a b`: nothing runs but what comes after `do`.
                Some("for") => taken.words.clear(),
                Some("case" | "select" | "function" | "eval" | "source" | "." | "alias" | "trap") => {
                    self.certain = false;
                    break;
                }
                Some(word) if is_assignment(word) => {
                    taken.assigns = true;
                    taken.words.remove(0);
                }
                _ => break,
            }
        }
        if let Some(program) = taken.words.first() {
            self.certain &= !program.contains(['$', '*', '?']);
        }
        if !taken.words.is_empty() || !taken.writes.is_empty() {
            self.out.push(taken);
        }
    }
}

pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (String, bool) {
        let line = read(text);
        let commands: Vec<String> = line
            .commands
            .iter()
            .map(|one| {
                let to: String = one.writes.iter().map(|file| format!(" >{file}")).collect();
                format!("{}{to}", one.words.join(" "))
            })
            .collect();
        (commands.join(" | "), line.certain)
    }

    #[test]
    fn a_line_is_read_as_the_commands_it_would_run() {
        for (text, commands) in [
            ("ls -la", "ls -la"),
            ("cd a && cargo test; echo 'a && b' || true", "cd a | cargo test | echo a && b | true"),
            ("A=1 B=2 make -j4 | tee log # not this", "make -j4 | tee log"),
            ("cat <x >out 2>&1", "cat >out"),
            ("cat <x 2>/dev/null >>'o u t' &", "cat >/dev/null >o u t"),
            ("echo \"$(git push -q) and `rm -rf /`\"", "git push -q | rm -rf / | echo $() and $()"),
            ("diff <(sort a) <(sort b)", "sort a | sort b | diff $() $()"),
            ("for f in *.rs; do rustfmt $f; done", "rustfmt $f"),
            ("if test -f a; then git push; else :; fi", "test -f a | git push | :"),
            ("(cd a; ! grep x y)", "cd a | grep x y"),
            ("cat <<'EOF' >a.txt\ngit push\nEOF\nls", "cat >a.txt | ls"),
            ("bash <<EOF\ngit push\nEOF", "git push | bash"),
            ("echo a\\ b \\\n c", "echo a b c"),
            ("echo $((1 + 2))", "echo $()"),
        ] {
            assert_eq!(shown(text), (commands.to_owned(), true), "{text}");
        }
    }

    #[test]
    fn what_its_words_do_not_tell_is_not_certain() {
        for text in [
            "$CMD x",
            "echo 'open",
            "echo \"open",
            "echo $(open",
            "eval \"$x\"",
            "case a in a) ls;; esac",
            "cat <<EOF\nx",
            "./*.sh",
            ". env.sh",
        ] {
            assert!(!read(text).certain, "{text}");
        }
    }

    #[test]
    fn any_text_is_read_to_an_end() {
        let pieces = ["'", "\"", "`", "$(", ")", "<<A", "\n", ">", "&", "\\", " a", "(", "<(", "#", "A"];
        let mut seed = 7_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            let _ = read(&text);
        }
    }
}
