use super::*;

fn set(file: &str, key: &str, value: &str) -> Intent {
    Intent::SetKey { file: file.into(), key: key.into(), value: value.into() }
}

/// The file after one key was set in it.
fn after(file: &str, before: &str, key: &str, value: &str) -> String {
    let clone = clone(&[(file, before.as_bytes())]);
    clone.run(&set(file, key, value)).unwrap_or_else(|e| panic!("{e}"));
    clone.text(file)
}

/// Why a key was not set; the file is as before.
fn refused(file: &str, before: &str, key: &str, value: &str) -> String {
    let clone = clone(&[(file, before.as_bytes())]);
    let why = clone.fails(&set(file, key, value));
    assert_eq!(clone.text(file), before);
    why
}

const TOML: &str = "# head\n[package]\nname = \"tern\"   # the name\nversion = '0.1.0'\nedition = 2024\n\n[a.b]\nc = [ 1, 2 ] # list\n";

#[test]
fn a_toml_value_changes_and_its_comment_stays() {
    let set = after("Cargo.toml", TOML, "package.name", "gull");
    assert_eq!(set, TOML.replace("\"tern\"", "\"gull\""));
    assert_eq!(after("Cargo.toml", TOML, "package.edition", "2027"), TOML.replace("2024", "2027"));
    assert_eq!(after("Cargo.toml", TOML, "package.version", "0.2.0"), TOML.replace("'0.1.0'", "\"0.2.0\""));
    assert_eq!(after("Cargo.toml", TOML, "a.b.c", "[3]"), TOML.replace("[ 1, 2 ]", "[3]"));
}

#[test]
fn a_new_toml_key_joins_its_table() {
    let set = after("Cargo.toml", TOML, "package.license", "MIT");
    assert_eq!(set, TOML.replace("edition = 2024\n", "edition = 2024\nlicense = \"MIT\"\n"));
    assert!(after("a.toml", "x = 1\n", "y", "true").ends_with("y = true\n"));
}

#[test]
fn a_key_that_stands_deeper_is_not_added_at_the_top() {
    let why = refused("Cargo.toml", TOML, "version", "2.0");
    assert_eq!(why, "Cargo.toml: has no key `version` at its top, but `package.version`; name it in full");
    assert!(refused("a.json", r#"{"a": {"port": 1}}"#, "port", "2").contains("`a.port`"));
}

#[test]
fn the_kind_of_a_value_stays() {
    assert_eq!(
        refused("Cargo.toml", TOML, "package.edition", "new"),
        "Cargo.toml: has a number in `package.edition`; `new` is not one"
    );
    assert_eq!(
        refused("a.json", r#"{"on": true}"#, "on", "7"),
        "a.json: has true or false in `on`; `7` is not one"
    );
    assert_eq!(after("a.json", r#"{"v": "1"}"#, "v", "2"), r#"{"v": "2"}"#);
    assert!(refused("Cargo.toml", TOML, "package", "x").contains("has a table"));
    assert!(refused("Cargo.toml", TOML, "nope.x", "1").contains("has no table `nope`"));
    assert!(refused("a.toml", "x = [", "x", "1").contains("is not TOML"));
}

const JSON: &str = "{\n\t\"name\": \"tern\",\n\t\"a\" : { \"port\":80, \"list\": [1, {\"port\": 2}] },\n\t\"empty\": {}\n}\n";

#[test]
fn a_json_value_changes_and_order_and_indentation_stay() {
    assert_eq!(after("a.json", JSON, "a.port", "8080"), JSON.replace("80,", "8080,"));
    assert_eq!(after("a.json", JSON, "name", "a \"b\""), JSON.replace("\"tern\"", "\"a \\\"b\\\"\""));
    assert_eq!(after("a.json", JSON, "a.list", "[]"), JSON.replace("[1, {\"port\": 2}]", "[]"));
}

#[test]
fn a_new_json_key_is_laid_out_like_its_neighbours() {
    assert_eq!(
        after("a.json", JSON, "x", "true"),
        JSON.replace("\"empty\": {}\n", "\"empty\": {},\n\t\"x\": true\n")
    );
    assert_eq!(after("a.json", JSON, "empty.x", "y"), JSON.replace("{}", "{\n\t  \"x\": \"y\"\n\t}"));
    assert_eq!(after("a.json", r#"{"a":1}"#, "b", "2"), r#"{"a":1, "b":2}"#);
    assert_eq!(after("a.json", r#"{"a":1,"b":2}"#, "c", "3"), r#"{"a":1,"b":2,"c":3}"#);
    assert_eq!(after("a.json", "{}", "c", "3"), "{\n  \"c\": 3\n}");
}

#[test]
fn json_that_is_not_strict_or_says_a_key_twice_is_refused() {
    assert!(refused("a.json", "{\"a\": 1, // x\n}", "a", "2").contains("comments and trailing commas"));
    assert!(refused("a.json", r#"{"a":1,"a":2}"#, "a", "3").contains("twice"));
    assert!(refused("a.json", "[1]", "a", "3").contains("does not hold an object"));
    assert!(refused("a.json", r#"{"a":1}"#, "a.b", "3").contains("not an object"));
}

#[test]
fn an_env_value_keeps_its_quotes_and_its_comment() {
    let env = "# head\nexport A=1 # one\nB=\"x\"\n  C = 'y'\nD=\n";
    assert_eq!(after(".env", env, "A", "2"), env.replace("A=1 #", "A=2 #"));
    assert_eq!(after(".env", env, "B", "q\"r"), env.replace("\"x\"", "\"q\\\"r\""));
    assert_eq!(after(".env", env, "C", "z z"), env.replace("'y'", "'z z'"));
    assert_eq!(after(".env", env, "D", "a b"), env.replace("D=\n", "D='a b'\n"));
    assert_eq!(after(".env.local", "A=1", "NEW", "$x"), "A=1\nNEW='$x'\n");
    assert!(refused(".env", "A=1\nA=2\n", "A", "3").contains("2 times"));
    assert!(refused(".env", "A=1\n", "not a key", "3").contains("letters, digits"));
    assert!(refused(".env", "A=\"1\n2\"\n", "A", "3").contains("several lines"));
}

const YAML: &str = "# head\nname: tern  # bird\nserver:\n  port: 80\n  hosts:\n  - name: a\n    port: 1\n  'q k': \"v\"\ntext: |\n  port: 9\n  name: no\nafter: yes\n";

#[test]
fn a_plain_yaml_value_changes_and_nothing_else() {
    assert_eq!(after("a.yml", YAML, "name", "gull"), YAML.replace("tern", "gull"));
    assert_eq!(after("a.yml", YAML, "server.port", "8080"), YAML.replace("port: 80", "port: 8080"));
    assert_eq!(after("a.yaml", YAML, "server.q k", "a: b"), YAML.replace("\"v\"", "\"a: b\""));
    assert_eq!(after("a.yml", YAML, "after", "a # b"), YAML.replace("after: yes", "after: \"a # b\""));
}

#[test]
fn yaml_beyond_plain_lines_is_refused() {
    assert!(refused("a.yml", YAML, "text", "x").contains("other than a plain value"));
    assert!(refused("a.yml", YAML, "server", "x").contains("a mapping, a list or nothing"));
    assert!(refused("a.yml", YAML, "server.hosts.port", "x").contains("has no key"));
    assert!(refused("a.yml", YAML, "new", "x").contains("not added to YAML"));
    assert!(refused("a.yml", "a: &x 1\nb: *x\n", "a", "2").contains("other than a plain value"));
    assert!(refused("a.yml", "a: 1\n---\na: 2\n", "a", "3").contains("several documents"));
    assert!(refused("a.yml", "a: 1\na: 2\n", "a", "3").contains("twice"));
    assert!(refused("a.yml", "a: one\n  two\nb: 1\n", "a", "3").contains("several lines"));
    assert!(refused("a.yml", "a: {\n  b: 1 }\n", "a.b", "3").contains("several lines"));
    assert!(refused("a.yml", "\ta: 1\n", "a", "3").contains("tabs"));
    assert_eq!(after("a.yml", "---\na: 1\n", "a", "2"), "---\na: 2\n");
}

#[test]
fn endings_and_byte_order_mark_stay() {
    let clone = clone(&[
        ("a.toml", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"),
        ("b.json", b"{\r\n  \"a\": 1\r\n}\r\n"),
        ("mixed.env", b"A=1\r\nB=2\n"),
    ]);
    clone.run(&set("a.toml", "b", "3")).unwrap();
    assert_eq!(clone.bytes("a.toml"), b"\xef\xbb\xbfa = 1\r\nb = 3\r\n");
    clone.run(&set("b.json", "c", "3")).unwrap();
    assert_eq!(clone.bytes("b.json"), b"{\r\n  \"a\": 1,\r\n  \"c\": 3\r\n}\r\n");
    assert!(clone.fails(&set("mixed.env", "A", "2")).contains("mixes two kinds"));
}

#[test]
fn a_value_that_is_there_already_changes_nothing() {
    assert_eq!(refused("a.toml", "a = 1\n", "a", "1"), "`a` of a.toml already is `1`");
    assert!(refused("a.ini", "a = 1\n", "a", "1").contains("is not a TOML, JSON, YAML or .env file"));
    assert!(refused("a.toml", "a = 1\n", "a..b", "1").contains("is not a key"));
}
