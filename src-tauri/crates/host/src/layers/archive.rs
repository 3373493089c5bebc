//! How a layer is written for the way to another machine.
//!
//! Not tar: what is read comes from elsewhere, and here nothing can be said that is not wanted. There are folders,
//! files and links and no fourth kind; a name is that of one thing in the folder that is open, so no path climbs and
//! none leads through a link; and the end is a digest of everything before, so a part is never taken for the whole.
//!
//! ```text
//! "pilothouse-layer-1\n"   length u32, the layer as JSON
//! 'd' name                 opens a folder
//! 'u'                      closes it
//! 'f' name, mode u16, changed i64 s, u32 ns, size u64, its bytes
//! 'l' name, target
//! 'e' SHA-256 of everything before this letter
//! ```
//! Numbers are big-endian; names and targets are preceded by their length as u16. The first folders are `work` and
//! `home`.

pub(super) const MAGIC: &[u8] = b"pilothouse-layer-1\n";
pub(super) const FOLDER: u8 = b'd';
pub(super) const UP: u8 = b'u';
pub(super) const FILE: u8 = b'f';
pub(super) const LINK: u8 = b'l';
pub(super) const END: u8 = b'e';
/// The two folders of a layer.
pub(super) const SIDES: [&str; 2] = ["work", "home"];
/// Bytes of what a layer says of itself.
pub(super) const NOTE_BYTES: u32 = 4 << 20;
/// Bytes of a name, and of what a link leads to.
pub(super) const NAME_BYTES: u16 = 255 * 4;
pub(super) const TARGET_BYTES: u16 = 4096;
/// Folders inside of folders, and things in all.
pub(super) const DEPTH: usize = 256;
pub(super) const ENTRIES: u64 = 4_000_000;

/// A name as bytes, as the system has it.
#[cfg(unix)]
pub(super) fn bytes(name: &std::ffi::OsStr) -> Option<&[u8]> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(name))
}

/// A name as bytes, where it is text.
#[cfg(not(unix))]
pub(super) fn bytes(name: &std::ffi::OsStr) -> Option<&[u8]> {
    name.to_str().map(str::as_bytes)
}

#[cfg(unix)]
pub(super) fn name(bytes: Vec<u8>) -> Option<std::ffi::OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
pub(super) fn name(bytes: Vec<u8>) -> Option<std::ffi::OsString> {
    String::from_utf8(bytes).ok().map(Into::into)
}
