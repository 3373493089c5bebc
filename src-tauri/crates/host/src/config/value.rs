//! A single configuration value and the shapes it may have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use serde_json::json;

use super::node::{Kind, Node};

/// A value of one of four simple types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
    Words(Vec<String>),
}

impl Value {
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Flag(flag) => json!(flag),
            Self::Words(words) => json!(words),
        }
    }
}

/// What requests may name the server by; at any other address they would be refused.
const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// What a key accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// A folder; in a file an absolute one, since a file has no current folder.
    Folder,
    /// A file; in a file an absolute one, like a folder.
    File,
    /// An address that only this machine reaches, one of the two the server is called by.
    Loopback,
    /// One of these; `-` and `_` are the same.
    Word(&'static [&'static str]),
    /// Within these bounds, both included.
    Number(i64, i64),
    Flag,
    /// `HH:MM`, as a clock shows it.
    TimeOfDay,
    /// An amount with at most six digits after the point. Kept as text: a fraction in binary is another amount.
    Money,
    Words,
    /// `http://` or `https://`, without user and password.
    Url,
    /// The SHA-256 of a certificate: 64 hexadecimal digits, with or without colons between them.
    Fingerprint,
    /// The name of a variable that holds a secret, never the secret.
    KeyReference,
}

impl Shape {
    /// Accepts a value from a file. The error says what was expected, never what was given: that may be a
    /// secret in the wrong place.
    pub(super) fn accept(self, node: &Node) -> Result<Value, String> {
        match (self, &node.kind) {
            (Self::Number(..), Kind::Number(number)) => self.check(Value::Number(*number)),
            (Self::Flag, Kind::Flag(flag)) => Ok(Value::Flag(*flag)),
            (Self::Words, Kind::List(items)) => texts(items).map(Value::Words),
            (Self::Money, Kind::Number(number)) => self.check(Value::Text(number.to_string())),
            (Self::Money, Kind::Decimal(number)) => self.check(Value::Text(number.clone())),
            (Self::Number(..) | Self::Flag | Self::Words, other)
            | (_, other @ (Kind::List(_) | Kind::Table(_))) => {
                Err(format!("must be {}, not {}", self.expected(), other.name()))
            }
            (Self::Folder | Self::File, Kind::Text(text)) if !Path::new(text).is_absolute() => {
                Err("must be an absolute path".to_owned())
            }
            (_, Kind::Text(text)) => self.check(Value::Text(text.clone())),
            (_, other) => Err(format!("must be {}, not {}", self.expected(), other.name())),
        }
    }

    /// Accepts a value from a variable or a flag, where everything is text.
    pub(super) fn parse(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Number(..) => {
                let number = text.trim().parse().map_err(|_| format!("must be {}", self.expected()))?;
                self.check(Value::Number(number))
            }
            Self::Flag => match text.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Ok(Value::Flag(true)),
                "0" | "false" | "no" | "off" | "" => Ok(Value::Flag(false)),
                _ => Err(format!("must be {}", self.expected())),
            },
            Self::Words => {
                let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
                Ok(Value::Words(words.map(str::to_owned).collect()))
            }
            _ => self.check(Value::Text(text.to_owned())),
        }
    }

    fn check(self, value: Value) -> Result<Value, String> {
        let fail = || Err(format!("must be {}", self.expected()));
        match (self, value) {
            (Self::Number(least, most), Value::Number(number)) if !(least..=most).contains(&number) => fail(),
            (Self::Word(words), Value::Text(text)) => {
                let plain = text.trim().replace('-', "_");
                match words.iter().find(|word| word.replace('-', "_") == plain) {
                    Some(word) => Ok(Value::Text((*word).to_owned())),
                    None => fail(),
                }
            }
            (Self::TimeOfDay, Value::Text(text)) => match time_of_day(text.trim()) {
                Some(_) => Ok(Value::Text(text.trim().to_owned())),
                None => fail(),
            },
            (Self::Money, Value::Text(text)) => match money(text.trim()) {
                Some(_) => Ok(Value::Text(text.trim().to_owned())),
                None => fail(),
            },
            (Self::Folder | Self::File, Value::Text(text)) if text.is_empty() || text.contains('\0') => {
                fail()
            }
            (Self::Loopback, Value::Text(text)) => match text.trim().parse::<IpAddr>() {
                Ok(address) if LOOPBACK.contains(&address) => Ok(Value::Text(address.to_string())),
                _ => fail(),
            },
            (Self::Url, Value::Text(text)) => match text.split_once("://") {
                Some(("http" | "https", rest)) if !rest.is_empty() => {
                    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                    if host.is_empty() || host.contains('@') || text.contains(char::is_whitespace) {
                        return fail();
                    }
                    Ok(Value::Text(text.trim_end_matches('/').to_owned()))
                }
                _ => fail(),
            },
            (Self::Fingerprint, Value::Text(text)) => {
                let hex: String = text.trim().chars().filter(|c| *c != ':').collect();
                match hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                    true => Ok(Value::Text(hex.to_ascii_lowercase())),
                    false => fail(),
                }
            }
            (Self::KeyReference, Value::Text(text)) => {
                let name = text.strip_prefix("env:").unwrap_or(&text);
                let first = name.chars().next().is_some_and(|c| c.is_ascii_uppercase() || c == '_');
                let rest = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                if first && rest && name.len() <= 100 { Ok(Value::Text(text)) } else { fail() }
            }
            (_, value) => Ok(value),
        }
    }

    pub(super) fn expected(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Folder => "the path of a folder".to_owned(),
            Self::File => "the path of a file".to_owned(),
            Self::Loopback => "127.0.0.1 or ::1 (only the machine itself is served)".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Number(least, i64::MAX) => format!("a number from {least}"),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::Flag => "true or false".to_owned(),
            Self::TimeOfDay => "a time of day such as 22:00".to_owned(),
            Self::Money => "an amount such as 2.50, with at most six digits after the point".to_owned(),
            Self::Words => "a list of texts".to_owned(),
            Self::Url => "an address such as http://127.0.0.1:11434/v1, without user and password".to_owned(),
            Self::Fingerprint => "the SHA-256 of a certificate, 64 hexadecimal digits".to_owned(),
            Self::KeyReference => {
                "the name of an environment variable in capitals (such as OPENAI_API_KEY), never the key itself"
                    .to_owned()
            }
        }
    }
}

/// Minutes after midnight of `HH:MM`; none when it is no such time.
pub fn time_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str, most: u16| {
        let is_two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|number| is_two && *number <= most)
    };
    Some(digits(hours, 23)? * 60 + digits(minutes, 59)?)
}

/// Millionths of an amount such as `2.50`; none when it is no such amount, or one beyond a billion.
pub fn money(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 9) || !digits(fraction, 6) {
        return None;
    }
    let scale = 10_u64.pow(6 - u32::try_from(fraction.len()).ok()?);
    Some(whole.parse::<u64>().ok()? * 1_000_000 + fraction.parse::<u64>().ok()? * scale)
}

/// The shortest text of an amount in millionths.
pub fn money_text(micros: u64) -> String {
    let (whole, fraction) = (micros / 1_000_000, micros % 1_000_000);
    if fraction == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{fraction:06}").trim_end_matches('0').to_owned()
    }
}

/// A list whose items are all texts.
pub(super) fn texts(items: &[Node]) -> Result<Vec<String>, String> {
    let text = |item: &Node| match &item.kind {
        Kind::Text(text) => Ok(text.clone()),
        other => Err(format!("must be a list of texts, but holds {}", other.name())),
    };
    items.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_take_both_spellings_and_numbers_their_bounds() {
        let shape = Shape::Word(&["cherry_pick", "no_ff"]);
        assert_eq!(shape.parse("cherry-pick").unwrap(), Value::Text("cherry_pick".into()));
        assert!(shape.parse("rebase").unwrap_err().contains("cherry_pick, no_ff"));
        assert!(Shape::Number(0, 65_535).parse("65536").is_err());
        assert!(Shape::Number(0, 65_535).parse("many").is_err());
    }

    #[test]
    fn a_key_in_place_of_its_name_is_refused_without_repeating_it() {
        for key in ["sk-abc123", "hunter2", "", "env:", "1ABC"] {
            let error = Shape::KeyReference.parse(key).unwrap_err();
            assert!(key.is_empty() || !error.contains(key), "{error}");
        }
        assert!(Shape::KeyReference.parse("OPENAI_API_KEY").is_ok());
        assert!(Shape::KeyReference.parse("env:MY_KEY").is_ok());
        assert!(Shape::KeyReference.parse("keychain:MY_KEY").is_err(), "nothing reads a keychain");
    }

    #[test]
    fn only_the_two_addresses_the_server_is_called_by_are_accepted() {
        for address in ["127.0.0.1", " ::1 "] {
            assert_eq!(Shape::Loopback.parse(address).unwrap(), Value::Text(address.trim().into()));
        }
        for address in ["0.0.0.0", "::", "192.168.1.5", "127.0.0.2", "::ffff:127.0.0.1", "localhost"] {
            assert!(Shape::Loopback.parse(address).unwrap_err().contains("127.0.0.1 or ::1"), "{address}");
        }
    }

    #[test]
    fn a_time_of_day_is_what_a_clock_shows() {
        assert_eq!(time_of_day("22:05"), Some(1_325));
        for no in ["24:00", "7:00", "07:60", "0700", "", "+7:00", "07:0a"] {
            assert!(time_of_day(no).is_none(), "{no}");
        }
        assert_eq!(Shape::TimeOfDay.parse(" 07:00 ").unwrap(), Value::Text("07:00".into()));
        assert!(Shape::TimeOfDay.parse("noon").unwrap_err().contains("22:00"));
    }

    #[test]
    fn an_amount_is_exact_and_never_a_binary_fraction() {
        for (text, micros) in
            [("3", 3_000_000), ("2.50", 2_500_000), ("0.075", 75_000), ("0.000001", 1), ("0", 0)]
        {
            assert_eq!(money(text), Some(micros), "{text}");
            assert_eq!(money(&money_text(micros)), Some(micros), "{text}");
        }
        for no in ["", ".5", "5.", "-1", "1e3", "1,5", "0.0000001", "1234567890", "NaN", "inf", "1.5.2"] {
            assert_eq!(money(no), None, "{no}");
        }
        assert_eq!(Shape::Money.parse(" 2.50 ").unwrap(), Value::Text("2.50".into()));
        assert!(Shape::Money.parse("free").unwrap_err().contains("2.50"));
    }

    #[test]
    fn a_fingerprint_is_kept_in_one_spelling() {
        let kept = Value::Text("ab".repeat(32));
        assert_eq!(Shape::Fingerprint.parse(&"AB:".repeat(32)).unwrap(), kept);
        assert_eq!(Shape::Fingerprint.parse(&format!(" {} ", "aB".repeat(32))).unwrap(), kept);
        for no in ["", "ab", &"ab".repeat(33), &"xy".repeat(32)] {
            assert!(Shape::Fingerprint.parse(no).unwrap_err().contains("64"), "{no}");
        }
    }

    #[test]
    fn an_address_with_a_password_is_refused() {
        assert!(Shape::Url.parse("https://user:pass@host/v1").is_err());
        assert!(Shape::Url.parse("ftp://host").is_err());
        assert_eq!(Shape::Url.parse("http://h:1/v1/").unwrap(), Value::Text("http://h:1/v1".into()));
    }
}
