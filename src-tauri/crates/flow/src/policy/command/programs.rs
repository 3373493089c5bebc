//! Programs that run other programs, and those that change nothing but the place or what passes through them.

use super::{name, paths};
use protocol::command::CommandClass;

/// What a wrapper runs.
pub(super) struct Wrapped {
    pub argv: Vec<String>,
    /// Variables are set for it.
    pub dressed: bool,
    /// Without anything to run it is complete in itself, as `env` is.
    pub alone: bool,
}

/// Flags of a wrapper that take a word of their own.
fn takes_a_word(program: &str, flag: &str) -> bool {
    let flags: &[&str] = match program {
        "env" => &["-u", "-C", "-S", "--unset", "--chdir"],
        "sudo" | "doas" => &["-u", "-g", "-p", "-C", "-D", "-h", "-r", "-t", "-U", "-T"],
        "nice" => &["-n"],
        "timeout" => &["-k", "-s", "--signal", "--kill-after"],
        "xargs" => &["-n", "-P", "-I", "-L", "-d", "-s", "-a", "-E"],
        "ionice" => &["-c", "-n", "-p"],
        "stdbuf" => &["-i", "-o", "-e"],
        _ => &[],
    };
    flags.contains(&flag)
}

/// What `argv` runs in its turn, when its program is made for that.
pub(super) fn wrapped(argv: &[String]) -> Option<Wrapped> {
    let program = name(argv.first()?);
    let leading = match program.as_str() {
        "env" | "sudo" | "doas" | "nice" | "nohup" | "command" | "builtin" | "exec" | "stdbuf" | "setsid"
        | "xargs" | "ionice" | "time" | "pkexec" => 0,
        // `timeout 10 make`: the time comes first.
        "timeout" => 1,
        _ => return None,
    };
    let mut rest = argv[1..].iter();
    let (mut left, mut dressed, mut out) = (leading, false, Vec::new());
    while let Some(word) = rest.next() {
        if out.is_empty() && word.starts_with('-') && word.len() > 1 {
            if takes_a_word(&program, word) {
                rest.next();
            }
        } else if out.is_empty() && super::shell::is_assignment(word) {
            dressed = true;
        } else if left > 0 {
            left -= 1;
        } else {
            out.push(word.clone());
        }
    }
    // `xargs` gives its program words nobody sees here.
    dressed |= program == "xargs";
    Some(Wrapped { argv: out, dressed, alone: matches!(program.as_str(), "env" | "exec") })
}

/// What a wrapper is by itself.
pub(super) fn wrapper_class(program: &str) -> Option<CommandClass> {
    matches!(name(program).as_str(), "sudo" | "doas" | "pkexec").then_some(CommandClass::Delete)
}

/// Whether a part does nothing on its own, so that an allowing rule need not name it: it goes somewhere inside, or
/// passes on what it is given.
pub(super) fn is_idle(argv: &[String], cwd: &str) -> bool {
    let Some(program) = argv.first() else { return true };
    // By its bare name: another program of that name somewhere is another program.
    let inside = || argv[1..].iter().all(|word| !word.contains('$') && !paths::is_outside(word, cwd));
    match program.as_str() {
        "true" | "false" | ":" | "echo" | "printf" | "pwd" => {
            argv[1..].iter().all(|word| !word.contains('$'))
        }
        "cd" | "head" | "tail" | "wc" | "set" => inside(),
        _ => false,
    }
}
