//! Server-sent events out of bytes, bounded.
//!
//! Lines end in LF, CRLF or CR, wherever the network cut them. A line is decoded as UTF-8 only when it is whole,
//! so a character split between two pieces survives; broken bytes become replacement characters.

/// Longest line and longest event accepted.
const MAX_LINE: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseEvent {
    pub name: Option<String>,
    pub data: String,
}

/// A line or event longer than anything a model server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooBig;

#[derive(Debug, Default)]
pub struct SseReader {
    line: Vec<u8>,
    name: Option<String>,
    data: Option<String>,
    after_cr: bool,
    begun: bool,
}

impl SseReader {
    /// Takes the next bytes and gives the events they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>, TooBig> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    self.grow(&rest[..end])?;
                    self.after_cr = rest[end] == b'\r';
                    rest = &rest[end + 1..];
                    self.end_line(&mut events)?;
                }
                None => {
                    self.grow(rest)?;
                    rest = &[];
                }
            }
        }
        Ok(events)
    }

    /// What was left when the bytes ended: some servers leave out the last empty line.
    pub fn finish(mut self) -> Option<SseEvent> {
        let mut events = Vec::new();
        if self.end_line(&mut events).is_err() {
            return None;
        }
        events.pop().or_else(|| self.take())
    }

    fn grow(&mut self, bytes: &[u8]) -> Result<(), TooBig> {
        if self.line.len() + bytes.len() > MAX_LINE {
            return Err(TooBig);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<SseEvent>) -> Result<(), TooBig> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = text.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            events.extend(self.take());
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.name = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) if data.len() + value.len() > MAX_LINE => return Err(TooBig),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // An empty field is a comment; `id` and `retry` mean nothing to a single reply.
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self) -> Option<SseEvent> {
        let name = self.name.take();
        self.data.take().map(|data| SseEvent { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<(Option<String>, String)> {
        let mut reader = SseReader::default();
        let mut out = Vec::new();
        for piece in pieces {
            out.extend(reader.push(piece).unwrap());
        }
        out.extend(reader.finish());
        out.into_iter().map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn any_line_ending_and_any_cut_gives_the_same_events() {
        let expected = vec![(None, "grüße".to_owned()), (Some("x".to_owned()), "a\nb".to_owned())];
        for eol in ["\n", "\r\n", "\r"] {
            let text =
                format!(": hi{eol}{eol}data: grüße{eol}{eol}event: x{eol}data:a{eol}data: b{eol}{eol}");
            for size in 1..text.len() {
                let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
                assert_eq!(read(&pieces), expected, "eol {eol:?} size {size}");
            }
        }
    }

    #[test]
    fn the_last_event_needs_no_empty_line() {
        assert_eq!(read(&[b"data: [DONE]"]), [(None, "[DONE]".to_owned())]);
        assert_eq!(read(&[b"data: [DONE]\n"]), [(None, "[DONE]".to_owned())]);
    }

    #[test]
    fn broken_utf8_is_replaced_and_a_byte_order_mark_dropped() {
        assert_eq!(read(&[b"\xef\xbb\xbfdata: a\xff\xfeb\n\n"]), [(None, "a\u{fffd}\u{fffd}b".to_owned())]);
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let mut reader = SseReader::default();
        let piece = vec![b'a'; 1024 * 1024];
        let refused = (0..8).map(|_| reader.push(&piece)).any(|result| result == Err(TooBig));
        assert!(refused && reader.line.len() <= MAX_LINE);
        let mut reader = SseReader::default();
        let mut line = b"data: ".to_vec();
        line.extend(vec![b'a'; 1024 * 1024]);
        line.push(b'\n');
        assert!((0..8).map(|_| reader.push(&line)).any(|result| result == Err(TooBig)));
    }
}
