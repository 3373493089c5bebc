//! Answers of git as it printed them, each with what it comes to.

use super::*;
use PublishReason::*;

/// Status, standard output, standard error, as git 2.39.5 and 2.47.3 printed them.
type Row = (&'static str, i32, &'static str, &'static str);

const PUSHED: &[(Row, bool)] = &[
    (("new", 0, "To ../r.git\n*\trefs/heads/main:refs/heads/main\t[new branch]\nDone\n", ""), false),
    (
        (
            "same",
            0,
            "To ../r.git\n=\trefs/heads/main:refs/heads/main\t[up to date]\nDone\n",
            "Everything up-to-date\n",
        ),
        true,
    ),
    (("forward", 0, "To ../r.git\n \trefs/heads/main:refs/heads/main\t5b4b571..23d9bc0\nDone\n", ""), false),
    (
        (
            "forced",
            0,
            "To ../r.git\n+\trefs/heads/other:refs/heads/main\t23d9bc0...b49d3f1 (forced update)\nDone\n",
            "",
        ),
        false,
    ),
    (
        (
            "a hook that speaks",
            0,
            "To ssh://h/r\n*\t0123:refs/heads/x\t[new branch]\nDone\n",
            "remote: \nremote: Create a pull request for 'x' on GitHub by visiting:        \nremote:      https://github.com/a/b/pull/new/x        \n",
        ),
        false,
    ),
];

const FAILED: &[(Row, PublishReason, bool)] = &[
    (
        (
            "behind",
            1,
            "To r\n!\ta:refs/heads/m\t[rejected] (non-fast-forward)\nDone\n",
            "error: failed to push some refs to 'r'\n",
        ),
        NonFastForward,
        false,
    ),
    (
        ("unknown there", 1, "To r\n!\ta:refs/heads/m\t[rejected] (fetch first)\nDone\n", ""),
        NonFastForward,
        false,
    ),
    (("lease", 1, "To r\n!\ta:refs/heads/m\t[rejected] (stale info)\nDone\n", ""), NonFastForward, true),
    (
        (
            "denied there",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (non-fast-forward)\nDone\n",
            "remote: error: denying non-fast-forward refs/heads/m (you should pull first)\n",
        ),
        NonFastForward,
        false,
    ),
    (
        (
            "pre-receive",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (pre-receive hook declined)\nDone\n",
            "remote: not on a Saturday        \nerror: failed to push some refs to 'r'\n",
        ),
        RemoteRejected,
        false,
    ),
    (
        (
            "update hook",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (hook declined)\nDone\n",
            "remote: error: hook declined to update refs/heads/m\n",
        ),
        RemoteRejected,
        false,
    ),
    (
        (
            "protected on the forge",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (protected branch hook declined)\nDone\n",
            "remote: error: GH006: Protected branch update failed for refs/heads/m.\n",
        ),
        RemoteRejected,
        false,
    ),
    (
        (
            "missing large files",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (pre-receive hook declined)\nDone\n",
            "remote: error: GH008: Your push referenced at least 1 unknown Git LFS object:\n",
        ),
        RemoteRejected,
        false,
    ),
    (
        (
            "made by another push meanwhile",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (failed to update ref)\nDone\n",
            "remote: error: cannot lock ref 'refs/heads/m': reference already exists        \n",
        ),
        RemoteRejected,
        true,
    ),
    (
        (
            "moved by another push meanwhile",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (failed to update ref)\nDone\n",
            "remote: error: cannot lock ref 'refs/heads/m': is at 5b4b571 but expected 23d9bc0        \n",
        ),
        RemoteRejected,
        true,
    ),
    (
        (
            "made meanwhile, as a newer git says it",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (reference already exists)\nDone\n",
            "",
        ),
        RemoteRejected,
        true,
    ),
    (
        (
            "a name in the way",
            1,
            "To r\n!\ta:refs/heads/m/x\t[remote rejected] (failed to update ref)\nDone\n",
            "remote: error: cannot lock ref 'refs/heads/m/x': 'refs/heads/m' exists; cannot create\n",
        ),
        RemoteRejected,
        false,
    ),
    (
        (
            "gone before it said so",
            1,
            "To r\n!\ta:refs/heads/m\t[remote failure] (remote failed to report status)\nDone\n",
            "",
        ),
        Network,
        false,
    ),
    (
        (
            "not there",
            128,
            "",
            "fatal: '../none.git' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        NotFound,
        false,
    ),
    (("not there, over HTTPS", 128, "", "fatal: repository 'https://h/x.git/' not found\n"), NotFound, false),
    (
        (
            "not shown by GitHub",
            128,
            "",
            "ERROR: Repository not found.\nfatal: Could not read from remote repository.\n",
        ),
        NotFound,
        false,
    ),
    (
        (
            "a commit that is gone",
            1,
            "To ../r.git\n!\t1111111111111111111111111111111111111111:refs/heads/x\t[remote rejected] (unpacker error)\n",
            "fatal: bad object 1111111111111111111111111111111111111111\nerror: remote unpack failed: eof before pack header was fully read\nerror: failed to push some refs to '../r.git'\n",
        ),
        WorkspaceGone,
        false,
    ),
    (
        (
            "a folder of somebody else's",
            128,
            "",
            "fatal: detected dubious ownership in repository at '../r.git'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory ../r.git\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        Forbidden,
        false,
    ),
    (
        (
            "a file in place of a repository",
            128,
            "",
            "fatal: invalid gitfile format: ../r.git\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        NotFound,
        false,
    ),
    (
        (
            "no such branch",
            1,
            "",
            "error: src refspec nothing does not match any\nerror: failed to push some refs to 'r'\n",
        ),
        NoBranch,
        false,
    ),
    (("no branch name", 128, "", "fatal: invalid refspec 'other:refs/heads/a..b'\n"), Unsupported, false),
    (("not a transport we take", 128, "", "fatal: transport 'ext' not allowed\n"), Unsupported, false),
    (
        (
            "no helper",
            128,
            "",
            "git: 'remote-foo' is not a git command. See 'git --help'.\n\nThe most similar command is\n\tremote-ftp\nfatal: remote helper 'foo' aborted session\n",
        ),
        Unsupported,
        false,
    ),
    (
        (
            "nobody listens",
            128,
            "",
            "fatal: unable to access 'https://127.0.0.1:1/x.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server\n",
        ),
        Network,
        false,
    ),
    (
        (
            "nobody listens for ssh",
            128,
            "",
            "ssh: connect to host 127.0.0.1 port 1: Connection refused\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        Network,
        false,
    ),
    (
        (
            "no such host",
            128,
            "",
            "fatal: unable to access 'https://h.invalid/x.git/': Could not resolve host: h.invalid\n",
        ),
        Network,
        false,
    ),
    (
        (
            "no such host for ssh",
            128,
            "",
            "ssh: Could not resolve hostname h.invalid: Name or service not known\nfatal: Could not read from remote repository.\n",
        ),
        Network,
        false,
    ),
    (
        (
            "no answer",
            128,
            "",
            "ssh: connect to host 10.0.0.1 port 22: Connection timed out\nfatal: Could not read from remote repository.\n",
        ),
        Timeout,
        false,
    ),
    (
        (
            "cut",
            128,
            "",
            "send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut over HTTPS",
            128,
            "",
            "error: RPC failed; curl 56 GnuTLS recv error (-110): The TLS connection was non-properly terminated.\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut over ssh",
            128,
            "",
            "Connection to 127.0.0.1 closed by remote host.\nfatal: the remote end hung up unexpectedly\n",
        ),
        Network,
        false,
    ),
    (
        (
            "refused key",
            128,
            "",
            "ada@127.0.0.1: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
        ),
        Auth,
        false,
    ),
    (
        (
            "unknown server",
            128,
            "",
            "Host key verification failed.\nfatal: Could not read from remote repository.\n",
        ),
        HostKey,
        false,
    ),
    (
        (
            "unknown authority",
            128,
            "",
            "fatal: unable to access 'https://h/x.git/': server certificate verification failed. CAfile: none CRLfile: none\n",
        ),
        HostKey,
        false,
    ),
    (
        (
            "nobody to ask",
            128,
            "",
            "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
        ),
        Auth,
        false,
    ),
    (("wrong password", 128, "", "fatal: Authentication failed for 'https://h/x.git/'\n"), Auth, false),
    (
        (
            "token without the right",
            128,
            "",
            "remote: Permission to a/b.git denied to ada.\nfatal: unable to access 'https://github.com/a/b.git/': The requested URL returned error: 403\n",
        ),
        Auth,
        false,
    ),
    (
        (
            "password of an account",
            128,
            "",
            "remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for 'https://github.com/a/b.git/'\n",
        ),
        Auth,
        false,
    ),
    (
        (
            "a server in trouble",
            128,
            "",
            "fatal: unable to access 'https://h/x.git/': The requested URL returned error: 502\n",
        ),
        Network,
        false,
    ),
    (
        (
            "deploy key",
            128,
            "",
            "ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.\n",
        ),
        Forbidden,
        false,
    ),
    (("nothing that is known", 1, "", "fatal: something new\n"), Unknown, false),
    (("nothing at all", 1, "", ""), Unknown, false),
    (
        (
            "gone without a word",
            128,
            "",
            "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        Network,
        false,
    ),
    // A line over ssh that is cut, at one moment after the other.
    (
        (
            "cut before the remote named its branches",
            128,
            "",
            "Connection to h closed by remote host.\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut between two packets of its branches",
            128,
            "",
            "fatal: the remote end hung up upon initial contact\n",
        ),
        Network,
        false,
    ),
    (("cut before git wrote", 141, "", "Connection to h closed by remote host.\n"), Network, false),
    (
        (
            "cut after git wrote all, with nobody to answer",
            1,
            "To ssh://h/r\n*\ta:refs/heads/x\t[new branch]\n",
            "Writing objects: 100% (5/5), 320 bytes | 320.00 KiB/s, done.\nTotal 5 (delta 0), reused 0 (delta 0), pack-reused 0\nConnection to h closed by remote host.\nerror: failed to push some refs to 'ssh://h/r'\n",
        ),
        Network,
        false,
    ),
    (
        (
            "the same, and ssh without a word",
            1,
            "To ssh://h/r\n*\ta:refs/heads/x\t[new branch]\n",
            "error: failed to push some refs to 'ssh://h/r'\n",
        ),
        Network,
        false,
    ),
    (
        (
            "the same, and ssh was killed",
            1,
            "To ssh://h/r\n \ta:refs/heads/x\t5b4b571..23d9bc0\n",
            "error: ssh died of signal 9\nerror: failed to push some refs to 'ssh://h/r'\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut while git wrote",
            141,
            "",
            "fatal: the remote end hung up unexpectedly\nConnection to h closed by remote host.\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut while the contents were packed",
            128,
            "",
            "error: pack-objects died of signal 13\nfatal: the remote end hung up unexpectedly\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut while git waited for the answer",
            128,
            "",
            "client_loop: send disconnect: Broken pipe\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
        ),
        Network,
        false,
    ),
    (
        (
            "cut by a remote that ended its answer before it began",
            1,
            "",
            "error: unexpected flush packet while reading remote unpack status\n",
        ),
        Network,
        false,
    ),
    (
        ("cut in the middle of a packet", 128, "", "fatal: read error: Connection reset by peer\n"),
        Network,
        false,
    ),
    (
        (
            "silent for too long",
            128,
            "",
            "Timeout, server h not responding.\nfatal: the remote end hung up unexpectedly\n",
        ),
        Timeout,
        false,
    ),
    // What git says for certain is not taken for a line that was cut.
    (
        (
            "written, and refused by a key",
            1,
            "To ssh://h/r\n*\ta:refs/heads/x\t[new branch]\n",
            "ada@h: Permission denied (publickey).\nerror: failed to push some refs to 'ssh://h/r'\n",
        ),
        Auth,
        false,
    ),
    (("ended while it wrote", -1, "", ""), Network, false),
    (("ended while it wrote, through a shell", 141, "", ""), Network, false),
    (("nobody answers askpass", 128, "", "fatal: unable to get password from user\n"), Auth, false),
    // A hook cannot choose the reason by its words.
    (
        (
            "a hook that plays",
            1,
            "To r\n!\ta:refs/heads/m\t[remote rejected] (pre-receive hook declined)\nDone\n",
            "remote: fatal: Authentication failed, Connection refused\n",
        ),
        RemoteRejected,
        false,
    ),
];

fn said(row: &Row) -> Said<'static> {
    Said { status: Some(row.1).filter(|status| *status >= 0), stdout: row.2, stderr: row.3 }
}

#[test]
fn every_answer_of_git_has_one_outcome() {
    for (row, up_to_date) in PUSHED {
        assert_eq!(read(said(row)), PushOutcome::Pushed { up_to_date: *up_to_date }, "{}", row.0);
    }
    for (row, reason, moved) in FAILED {
        assert_eq!(read(said(row)), PushOutcome::Failed { reason: *reason, moved: *moved }, "{}", row.0);
    }
}

#[test]
fn what_a_remote_says_is_kept_without_its_decoration_and_bounded() {
    let stderr = "Enumerating objects: 1\nremote: Resolving deltas: 0%\rremote: \u{1b}[31mnot on a Saturday\u{1b}[0m        \nremote: \nhint: use pull\nerror: failed to push some refs to 'r'\n";
    assert_eq!(remote_said(stderr).as_deref(), Some("remote: not on a Saturday"));
    assert_eq!(remote_said("remote: not on a Saturday        \n").as_deref(), Some("not on a Saturday"));
    assert_eq!(remote_said("Everything up-to-date\n"), None);
    let flood = "remote: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(10_000);
    assert!(remote_said(&flood).is_some_and(|text| text.len() < KEPT + 100));
}

#[test]
fn progress_is_its_newest_line() {
    let stderr = "Enumerating objects: 20, done.\nCounting objects:  50% (10/20)\rCounting objects: 100% (20/20), done.\nWriting objects:  45% (9/20)\r";
    assert_eq!(progress(stderr).as_deref(), Some("Writing objects:  45% (9/20)"));
    assert_eq!(progress("Everything up-to-date\n"), None);
}
