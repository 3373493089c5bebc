use super::*;

/// A test's name, where it failed, and what it said.
type Seen = (String, Option<(String, u32)>, Option<String>);

fn failures(output: &str) -> Vec<Seen> {
    read(output).into_iter().map(|f| (f.name, f.place, f.message)).collect()
}

fn one(name: &str, file: &str, line: u32, message: &str) -> (String, Option<(String, u32)>, Option<String>) {
    let message = (!message.is_empty()).then(|| message.to_owned());
    (name.to_owned(), Some((file.to_owned(), line)), message)
}

#[test]
fn cargo_names_the_test_and_the_panic_its_place() {
    let output = "running 2 tests\ntest math::fine ... ok\ntest math::adds ... FAILED\n\nfailures:\n\n---- math::adds stdout ----\n\n\
        thread 'math::adds' (4242) panicked at crates/a/src/lib.rs:12:9:\nassertion `left == right` failed\n  left: 1\n\nfailures:\n    math::adds\n\n\
        test result: FAILED. 1 passed; 1 failed\nerror: test failed, to rerun pass `--lib`\n";
    assert_eq!(
        failures(output),
        [one("math::adds", "crates/a/src/lib.rs", 12, "assertion `left == right` failed")]
    );
    let old = "test adds ... FAILED\nthread 'adds' panicked at 'no way', src/lib.rs:3:5\n";
    assert_eq!(failures(old), [one("adds", "src/lib.rs", 3, "no way")]);
    let next = "        FAIL [   0.004s] (1/2) tern math::adds\nthread 'math::adds' panicked at src/lib.rs:3:5:\nwrong\n        FAIL [   0.004s] tern math::adds\n";
    assert_eq!(failures(next), [one("math::adds", "src/lib.rs", 3, "wrong")]);
}

#[test]
fn code_that_does_not_compile_is_named_with_its_place() {
    let output = "error[E0308]: mismatched types\n --> src/lib.rs:2:5\n  |\nerror: could not compile `tern` (lib) due to 1 previous error\n";
    assert_eq!(failures(output), [one("does not compile: mismatched types", "src/lib.rs", 2, "")]);
}

#[test]
fn node_is_read_in_both_of_its_forms() {
    let tap = "TAP version 13\n# Subtest: sums\n    # Subtest: adds\n    not ok 1 - adds\n      ---\n      duration_ms: 1\n      location: '/w/clone/a.test.mjs:4:3'\n      failureType: 'testCodeFailure'\n      error: |-\n        Expected values to be strictly equal:\n        1 !== 2\n      ...\n\
        not ok 1 - sums\n  ---\n  failureType: 'subtestsFailed'\n  error: '1 subtest failed'\n  ...\n1..1\n";
    assert_eq!(
        failures(tap),
        [one("adds", "/w/clone/a.test.mjs", 4, "Expected values to be strictly equal:")]
    );
    let spec = "▶ sums\n  ✖ adds (0.9ms)\n✖ sums (1.2ms)\nℹ tests 1\n\n✖ failing tests:\n\ntest at a.test.mjs:4:3\n✖ adds (0.9ms)\n  AssertionError [ERR_ASSERTION]: 1 !== 2\n      at file:///w/a.test.mjs:5:10\n";
    assert_eq!(failures(spec), [one("adds", "a.test.mjs", 4, "AssertionError [ERR_ASSERTION]: 1 !== 2")]);
}

#[test]
fn jest_and_vitest_say_where_the_assertion_stands() {
    let jest = "FAIL src/a.test.js\n  ● sums › adds\n\n    expect(received).toBe(expected)\n\n      at Object.toBe (src/a.test.js:5:10)\n      at node_modules/jest/x.js:1:1\n\nSummary of all failing tests\n  ● sums › adds\n";
    assert_eq!(failures(jest), [one("sums › adds", "src/a.test.js", 5, "expect(received).toBe(expected)")]);
    let vitest = " FAIL  src/a.test.ts > sums > adds\nAssertionError: expected 1 to be 2\n ❯ src/a.test.ts:5:10\n      3|\n";
    assert_eq!(
        failures(vitest),
        [one("src/a.test.ts > sums > adds", "src/a.test.ts", 5, "AssertionError: expected 1 to be 2")]
    );
}

#[test]
fn pytest_and_unittest_are_read() {
    let pytest = "=== FAILURES ===\n____ TestA.test_b ____\n\n    def test_b(self):\n>       assert helper() == 2\nE       assert 1 == 2\n\ntests/test_a.py:7: AssertionError\n\
        === short test summary info ===\nFAILED tests/test_a.py::TestA::test_b - assert 1 == 2\n=== 1 failed in 0.01s ===\n";
    assert_eq!(
        failures(pytest),
        [one("tests/test_a.py::TestA::test_b", "tests/test_a.py", 7, "assert 1 == 2")]
    );
    let unittest = "F\n======\nFAIL: test_b (test_a.TestA.test_b)\n------\nTraceback (most recent call last):\n  File \"/w/clone/test_a.py\", line 7, in test_b\n    self.assertEqual(1, 2)\nAssertionError: 1 != 2\n\n------\nRan 1 test in 0.001s\n\nFAILED (failures=1)\n";
    assert_eq!(
        failures(unittest),
        [one("test_b (test_a.TestA.test_b)", "/w/clone/test_a.py", 7, "AssertionError: 1 != 2")]
    );
}

#[test]
fn go_names_the_inner_test_and_its_line() {
    let output = "--- FAIL: TestSums (0.00s)\n    --- FAIL: TestSums/adds (0.00s)\n        sums_test.go:9: got 1\nFAIL\nFAIL\texample.org/tern\t0.002s\n";
    assert_eq!(failures(output), [one("TestSums/adds", "sums_test.go", 9, "got 1")]);
}

#[test]
fn prose_names_no_test_and_a_flood_is_bounded() {
    let prose = "all is well\nFAILED to greet\nERROR: something\nFAIL: nothing\nnot ok\n● \ntest at noon\nerror: no\nthread 'x' is fine\n";
    assert_eq!(failures(prose), []);
    let flood: String = (0..1_000).map(|n| format!("test t{n} ... FAILED\n")).collect();
    assert_eq!(read(&flood).len(), MOST);
}
