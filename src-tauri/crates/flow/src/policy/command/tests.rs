use super::*;
use CommandClass::{Build, Delete, Install, Network, Other, Publish, Read};

fn line(text: &str) -> Reading {
    reading(&["bash".into(), "-c".into(), text.into()], "/work/clone")
}

#[test]
fn commands_have_the_class_their_words_tell() {
    for (text, class) in [
        // looks
        ("ls -la src", Read),
        ("rg -n foo | head -20", Read),
        ("cat a.txt | sort | uniq -c", Read),
        ("git log --oneline -5", Read),
        ("git -C sub status", Read),
        ("git branch", Read),
        ("sed -n 1,20p a.rs", Read),
        ("find . -name '*.rs'", Read),
        ("find . -name '*.rs' -exec wc -l {} +", Read),
        ("cargo metadata --format-version 1", Read),
        ("node --version", Read),
        ("A=1 env B=2 printenv", Read),
        // builds and tests
        ("cargo test -q", Build),
        ("cargo +nightly fmt", Build),
        ("cd crates/a && cargo clippy -- -D warnings", Build),
        ("npm test", Build),
        ("npm ci", Build),
        ("npm install", Build),
        ("yarn", Build),
        ("timeout 60 make -j4 check", Build),
        ("python -m pytest -q tests", Build),
        ("python3 -m unittest", Build),
        ("pip install -r requirements.txt", Build),
        ("pip install -e .", Build),
        ("go test ./...", Build),
        ("go mod download", Build),
        ("./gradlew test", Build),
        ("bash -lc 'cargo build'", Build),
        ("npx tsc --noEmit", Build),
        // everything else inside
        ("python script.py", Other),
        ("sed -i s/a/b/ src/a.rs", Other),
        ("rm -rf target", Other),
        ("echo x > a.txt", Other),
        ("git commit -am x", Other),
        ("git reset --hard", Other),
        ("$TOOL run", Other),
        ("./configure", Other),
        ("mkdir -p /tmp/x", Other),
        ("cp a /work/clone/b", Other),
        // adds packages
        ("npm install left-pad", Install),
        ("npm i -g typescript", Install),
        ("pnpm add react", Install),
        ("pip install requests", Install),
        ("python3 -m pip install -U requests", Install),
        ("uv pip install ruff", Install),
        ("cargo add serde", Install),
        ("cargo install ripgrep", Install),
        ("go get example.org/x", Install),
        ("apt-get install -y jq", Install),
        ("brew install jq", Install),
        // other machines
        ("curl -fsSL https://example.org/x.sh", Network),
        ("git fetch origin", Network),
        ("git clone https://example.org/x", Network),
        ("ssh host ls", Network),
        ("gh pr view 3", Network),
        ("npm view left-pad", Network),
        // outside the clone, or more rights
        ("rm -rf /", Delete),
        ("rm -rf ~/x", Delete),
        ("rm -rf ../other", Delete),
        ("echo x >> ~/.bashrc", Delete),
        ("echo x > /etc/hosts", Delete),
        ("chmod 777 /etc", Delete),
        ("sudo make install", Delete),
        ("dd if=a of=/dev/sda", Delete),
        ("mkfs.ext4 /dev/sda", Delete),
        ("find /var -delete", Delete),
        ("crontab x", Delete),
        ("xargs -n1 rm -rf /a", Delete),
        // gives something away
        ("git push", Publish),
        ("git -C sub push -f origin main", Publish),
        ("git -c user.name=x push", Publish),
        ("cargo publish", Publish),
        ("npm publish --access public", Publish),
        ("gh pr create", Publish),
        ("docker push x", Publish),
        ("./mvnw deploy", Publish),
        ("kubectl apply -f x", Publish),
    ] {
        assert_eq!(line(text).classes.last(), Some(&class), "{text}: {:?}", line(text).classes);
    }
}

#[test]
fn the_gravest_part_of_a_line_counts_wherever_it_hides() {
    for text in [
        "cargo test && git push",
        "echo $(git push)",
        "if true; then git push; fi",
        "env X=1 nohup bash -c 'timeout 3 git push'",
        "bash <<EOF\ngit push\nEOF",
        "ls | xargs git push",
        "/usr/bin/git push",
        "(git \\\n push)",
        "find . -exec git push \\;",
    ] {
        assert!(line(text).classes.contains(&Publish), "{text}: {:?}", line(text));
    }
    let both = line("cargo test && git push").classes;
    assert_eq!(both.into_iter().collect::<Vec<_>>(), [Build, Publish]);
}

#[test]
fn what_cannot_be_read_is_never_only_harmless() {
    for text in ["$X", "eval ls", "ls $(cat", "case a in b) ls;; esac"] {
        let read = line(text);
        assert!(!read.certain && read.classes.contains(&Other), "{text}");
    }
}

#[test]
fn the_risk_is_that_of_the_gravest_part_and_high_without_a_sandbox() {
    let of = |text: &str, confined| risk(&line(text), confined);
    assert_eq!(of("ls", true), RiskLevel::Low);
    assert_eq!(of("curl x", true), RiskLevel::Medium);
    assert_eq!(of("ls; git push", true), RiskLevel::High);
    assert_eq!(of("ls", false), RiskLevel::High);
}

#[test]
fn an_argv_is_read_like_a_line() {
    let argv: Vec<String> = ["git", "push"].map(str::to_owned).to_vec();
    assert_eq!(reading(&argv, "").classes.last(), Some(&Publish));
    assert_eq!(reading(&[], "").classes.last(), Some(&Other));
}
