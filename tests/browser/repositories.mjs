// Repositories for the browser tests: written here, cloned from this project, or unpacked from a package.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This project's own checkout. */
export const self = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export class Repository {
  /** Files by path, committed on `main`. */
  static of(path, files) {
    mkdirSync(path, { recursive: true });
    const repo = new Repository(path);
    repo.git('init', '--quiet', '--initial-branch=main', '.');
    for (const [name, text] of Object.entries(files)) repo.write(name, text);
    repo.commit('first');
    return repo;
  }

  /** A fresh clone. */
  static clone(path, source) {
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', source, path], { stdio: 'pipe' });
    return new Repository(path);
  }

  /** A folder as a package was unpacked, made into a repository. */
  static unpacked(path, source) {
    cpSync(source, path, { recursive: true });
    return Repository.of(path, {});
  }

  constructor(path) {
    this.path = path;
  }

  git(...args) {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', ['-C', this.path, ...who, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 }).trimEnd();
  }

  write(name, text) {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  commit(message) {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
  }

  /** A file as it is on a branch. */
  show(branch, file) {
    return this.git('show', `${branch}:${file}`);
  }

  has(branch) {
    return this.git('branch', '--list', branch) !== '';
  }

  /** Everything a landing has to leave alone: other branches, HEAD, index, configuration, dirty and new files. */
  fingerprint() {
    const refs = this.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n').filter((ref) => !ref.includes('main_agents'));
    const dirty = this.git('status', '--porcelain=v1', '--untracked-files=all');
    const changed = dirty.split('\n').filter(Boolean).map((line) => line.slice(3)).filter((name) => existsSync(join(this.path, name)));
    return JSON.stringify({
      refs,
      dirty,
      head: readFileSync(join(this.path, '.git', 'HEAD'), 'utf8'),
      index: this.git('ls-files', '--stage'),
      config: readFileSync(join(this.path, '.git', 'config'), 'utf8'),
      contents: changed.map((name) => readFileSync(join(this.path, name), 'utf8')),
    });
  }
}

/** A small crate without dependencies, as cargo unpacked it on this machine: the first there is. */
export function unpackedCrate() {
  const sources = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry', 'src');
  const registries = existsSync(sources) ? readdirSync(sources).map((name) => join(sources, name)) : [];
  const crates = registries.flatMap((registry) => readdirSync(registry).map((name) => join(registry, name)));
  for (const wanted of ['shlex', 'heck', 'strsim', 'scopeguard', 'cfg-if']) {
    const found = crates.find((path) => new RegExp(`/${wanted}-\\d[^/]*$`).test(path.replaceAll('\\', '/')));
    if (found) return { name: wanted, path: found };
  }
  throw new Error(`no small crate is unpacked in ${sources}`);
}
