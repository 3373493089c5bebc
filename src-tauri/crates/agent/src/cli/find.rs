//! Where an agent is installed, and what a sandbox must show of that for it to run.
//!
//! The program on the search path is often only the beginning: a link into a folder of packages, a script of an
//! interpreter, a starter for another program beside it. All of that is looked at here; nothing is run.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Asked, Cli};

/// An installed agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// As it was found on the search path.
    pub program: PathBuf,
    /// What is really started: a program, or an interpreter and its script.
    pub start: Vec<PathBuf>,
    /// The interpreter of a Python program.
    pub python: Option<PathBuf>,
    /// Files and folders it needs, to be shown read-only under their own names.
    pub shown: Vec<PathBuf>,
}

impl Installed {
    /// The command with these arguments.
    pub fn with<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let start = self.start.iter().map(|path| path.to_string_lossy().into_owned());
        start.chain(args.into_iter().map(str::to_owned)).collect()
    }
}

/// The first program of this agent on the search path or in the places its installers use.
pub fn locate(cli: &Cli, path: &[PathBuf], home: &Path) -> Option<PathBuf> {
    let named = if cfg!(windows) {
        vec![format!("{}.exe", cli.program), format!("{}.cmd", cli.program)]
    } else {
        vec![cli.program.to_owned()]
    };
    let on_path = path.iter().flat_map(|folder| named.iter().map(|name| folder.join(name)));
    let usual = cli.places.iter().map(|below| home.join(below));
    on_path.chain(usual).find(|file| file.is_file() && !is_shim(file))
}

/// A version manager's stand-in: it looks for the real program itself, with files no sandbox shows.
fn is_shim(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with("shims"))
}

/// What stands behind a located program. Links are resolved.
pub fn installed(cli: &Cli, program: &Path) -> std::io::Result<Installed> {
    let real = std::fs::canonicalize(program)?;
    let mut found = Installed {
        program: program.to_owned(),
        start: vec![real.clone()],
        python: None,
        shown: vec![packages(&real).unwrap_or_else(|| real.clone())],
    };
    let beside = |inner: &&str| {
        real.ancestors().map(|folder| folder.join("node_modules").join(inner)).find(|path| path.is_file())
    };
    if let Some(inner) = cli.inner.iter().find_map(beside) {
        found.start = vec![std::fs::canonicalize(&inner)?];
        // With links between packages the inner one lies elsewhere.
        found.shown.push(packages(&found.start[0]).unwrap_or_else(|| found.start[0].clone()));
    } else if let Some(python) = interpreter(&real).filter(|path| is_python(path)) {
        found.shown = python_needs(&python, &real);
        found.start = vec![python.clone(), real];
        found.python = Some(python);
    } else if let (Asked::Package(_), true, Ok(python)) =
        (cli.version, is_python(&real), std::fs::read_link(program))
    {
        // A link under the agent's name to the interpreter of the environment its package is installed in.
        let python = from_link(program, &python);
        found.shown = python_needs(&python, &real);
        found.start = vec![python.clone()];
        found.python = Some(python);
    }
    found.shown.retain(|path| !is_shown_anyway(path));
    found.shown.dedup();
    Ok(found)
}

/// Where a link leads, one step far: the interpreter itself may be a link that belongs to its environment.
fn from_link(link: &Path, leads: &Path) -> PathBuf {
    let whole = link.parent().map_or_else(|| leads.to_owned(), |folder| folder.join(leads));
    match (whole.parent().map(std::fs::canonicalize), whole.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => whole,
    }
}

/// The outermost folder of packages a file lies in: one package may need its neighbours.
fn packages(file: &Path) -> Option<PathBuf> {
    file.ancestors().filter(|folder| folder.ends_with("node_modules")).last().map(Path::to_path_buf)
}

/// System folders are part of every sandbox's view.
fn is_shown_anyway(path: &Path) -> bool {
    ["/usr", "/bin", "/lib", "/nix/store"].iter().any(|system| path.starts_with(system))
}

/// The program a script names in its first line, when it names it by its whole path.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let mut beginning = [0; 512];
    let read = std::fs::File::open(script).ok()?.read(&mut beginning).ok()?;
    let first = std::str::from_utf8(&beginning[..read]).ok()?.lines().next()?;
    let program = first.strip_prefix("#!")?.split_whitespace().next()?;
    Some(PathBuf::from(program)).filter(|path| path.is_absolute())
}

fn is_python(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

/// The environment an interpreter belongs to and the installation that was made from.
fn python_needs(python: &Path, script: &Path) -> Vec<PathBuf> {
    let mut needs = Vec::new();
    let environment = python.parent().and_then(Path::parent);
    if let Some(environment) = environment.filter(|folder| folder.join("pyvenv.cfg").is_file()) {
        needs.push(environment.to_path_buf());
        let settings = std::fs::read_to_string(environment.join("pyvenv.cfg")).unwrap_or_default();
        let home = settings.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == "home").then(|| PathBuf::from(value.trim()))
        });
        needs.extend(home.as_deref().and_then(Path::parent).map(Path::to_path_buf));
    }
    // The interpreter is a link, possibly through further installations.
    if let Ok(real) = std::fs::canonicalize(python) {
        needs.extend(real.parent().and_then(Path::parent).map(Path::to_path_buf));
    }
    if !needs.iter().any(|folder| script.starts_with(folder)) {
        needs.push(script.to_path_buf());
    }
    // Never a whole home or the root of the machine.
    needs.retain(|path| path.components().count() > 2);
    needs.dedup();
    needs
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::{claude, codex, miniswe, openhands};
    use super::*;
    use std::os::unix::fs::symlink;

    fn file(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn root() -> (tempfile::TempDir, PathBuf) {
        let temp = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(temp.path()).unwrap();
        (temp, root)
    }

    #[test]
    fn a_package_that_only_starts_another_is_passed_by_and_its_neighbours_are_shown() {
        let (_temp, root) = root();
        let packages = root.join("lib/node_modules");
        file(&packages.join("@openai/codex/bin/codex.js"), "#!/usr/bin/env node\n");
        let inner =
            "@openai/codex/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex";
        file(&packages.join(inner), "\u{7f}ELF");
        std::fs::create_dir_all(root.join("bin")).unwrap();
        symlink("../lib/node_modules/@openai/codex/bin/codex.js", root.join("bin/codex")).unwrap();
        let program = locate(&codex::CLI, &[root.join("none"), root.join("bin")], &root).unwrap();
        let found = installed(&codex::CLI, &program).unwrap();
        assert_eq!(found.program, root.join("bin/codex"));
        assert_eq!(found.start, [packages.join(inner)]);
        assert_eq!(found.shown, [packages]);
    }

    #[test]
    fn a_program_on_its_own_is_shown_alone_even_when_it_lies_in_a_home() {
        let (_temp, root) = root();
        let real = root.join(".local/share/claude/versions/2.1.197");
        file(&real, "\u{7f}ELF");
        std::fs::create_dir_all(root.join(".local/bin")).unwrap();
        symlink(&real, root.join(".local/bin/claude")).unwrap();
        let program = locate(&claude::CLI, &[], &root).unwrap();
        let found = installed(&claude::CLI, &program).unwrap();
        assert_eq!((found.start, found.shown), (vec![real.clone()], vec![real]));
    }

    #[test]
    fn a_python_program_comes_with_its_environment_and_what_that_was_made_from() {
        let (_temp, root) = root();
        let (base, environment) = (root.join("python/3.12"), root.join("tools/mini"));
        file(&base.join("bin/python3.12"), "\u{7f}ELF");
        file(
            &environment.join("pyvenv.cfg"),
            &format!("home = {}\nversion = 3.12.1\n", base.join("bin").display()),
        );
        std::fs::create_dir_all(environment.join("bin")).unwrap();
        symlink(base.join("bin/python3.12"), environment.join("bin/python")).unwrap();
        let python = environment.join("bin/python");
        file(&environment.join("bin/mini"), &format!("#!{}\nimport sys\n", python.display()));
        let found = installed(&miniswe::CLI, &environment.join("bin/mini")).unwrap();
        assert_eq!(found.start, [python.clone(), environment.join("bin/mini")]);
        assert_eq!(found.shown, [environment, base]);
        assert_eq!(miniswe::CLI.version_argv(&found)[0], python.to_string_lossy());
    }

    #[test]
    fn an_environment_without_a_program_of_that_name_is_used_through_a_link_to_its_interpreter() {
        let (_temp, root) = root();
        let (base, environment) = (root.join("python/3.12"), root.join("tools/hands"));
        file(&base.join("bin/python3.12"), "\u{7f}ELF");
        file(&environment.join("pyvenv.cfg"), &format!("home = {}\n", base.join("bin").display()));
        std::fs::create_dir_all(environment.join("bin")).unwrap();
        symlink(base.join("bin/python3.12"), environment.join("bin/python")).unwrap();
        std::fs::create_dir_all(root.join("bin")).unwrap();
        for leads in [environment.join("bin/python"), PathBuf::from("../tools/hands/bin/python")] {
            let _ = std::fs::remove_file(root.join("bin/openhands"));
            symlink(&leads, root.join("bin/openhands")).unwrap();
            let program = locate(&openhands::CLI, &[root.join("bin")], &root).unwrap();
            let found = installed(&openhands::CLI, &program).unwrap();
            assert_eq!(found.python, Some(environment.join("bin/python")), "{}", leads.display());
            assert_eq!(found.shown, [environment.clone(), base.clone()]);
        }
    }

    #[test]
    fn a_version_managers_stand_in_is_not_taken_for_the_program() {
        let (_temp, root) = root();
        file(&root.join(".pyenv/shims/mini"), "#!/usr/bin/env bash\n");
        file(&root.join("bin/mini"), "x");
        let path = [root.join(".pyenv/shims"), root.join("bin")];
        assert_eq!(locate(&miniswe::CLI, &path, &root), Some(root.join("bin/mini")));
        assert_eq!(locate(&miniswe::CLI, &path[..1], &root), None);
    }
}
