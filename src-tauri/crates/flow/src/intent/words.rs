//! Splitting a line into words as a shell does, without any of its expansions.

/// Why a line cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordsError {
    UnclosedQuote(char),
    TrailingBackslash,
}

impl std::fmt::Display for WordsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WordsError::UnclosedQuote(quote) => write!(f, "a {quote} is never closed"),
            WordsError::TrailingBackslash => f.write_str("the line ends with a single backslash"),
        }
    }
}

/// Splits at white space. Single quotes keep everything, double quotes know `\"` and `\\`, a bare backslash keeps
/// the next character. Variables, globs, tildes and operators mean nothing here.
pub fn split_words(line: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err(WordsError::UnclosedQuote('\'')),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\')) => word.push(c),
                            Some(c) => word.extend(['\\', c]),
                            None => return Err(WordsError::UnclosedQuote('"')),
                        },
                        Some(c) => word.push(c),
                        None => return Err(WordsError::UnclosedQuote('"')),
                    }
                }
            }
            '\\' => match chars.next() {
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err(WordsError::TrailingBackslash),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// One word as it would have to be typed.
pub(super) fn quote_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:@%+=,*?[]{}!#^~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_split_as_in_a_shell() {
        let split = |line: &str| split_words(line).unwrap();
        assert_eq!(split("a  b\tc"), ["a", "b", "c"]);
        assert_eq!(split(r#"'a b' "c d" e\ f"#), ["a b", "c d", "e f"]);
        assert_eq!(split(r#""a\"b\n" '\n' '' x'y'z"#), ["a\"b\\n", "\\n", "", "xyz"]);
        assert_eq!(split(""), Vec::<String>::new());
        assert_eq!(split("$HOME ~ *.rs | x"), ["$HOME", "~", "*.rs", "|", "x"]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert_eq!(split_words("'a"), Err(WordsError::UnclosedQuote('\'')));
        assert_eq!(split_words("\"a\\"), Err(WordsError::UnclosedQuote('"')));
        assert_eq!(split_words("a\\"), Err(WordsError::TrailingBackslash));
    }

    #[test]
    fn a_quoted_word_comes_back_as_it_was() {
        for word in ["", "a", "a b", "it's", "\"", "a\\b", "$x", "`x`", "(a|b)", "\n"] {
            assert_eq!(split_words(&quote_word(word)).unwrap(), [word], "{word:?}");
        }
    }
}
