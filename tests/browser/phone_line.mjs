// A phone's way to the server: another name over TLS by a throwaway authority, through a line that a test can cut.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { atEnd, folderFor, Person } from './harness.mjs';

export const ADDRESS = '127.0.0.2';
/** Where the line is joined: not the server's address, whose free port it might else be given. */
const NEAR = '127.0.0.1';
export const NAME = 'pilothouse.test';

const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });

/** An authority that lives as long as its test, a certificate by it, and a home whose browsers trust it. */
export function authority(t) {
  const folder = folderFor(t);
  const at = (name) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=Thrown away', '-addext', 'keyUsage=critical,keyCertSign');
  openssl('req', ...key, '-keyout', at('key.pem'), '-out', at('leaf.csr'), '-subj', `/CN=${NAME}`);
  writeFileSync(at('names'), `subjectAltName=DNS:${NAME},IP:${ADDRESS}\nextendedKeyUsage=serverAuth\n`);
  openssl('x509', '-req', '-in', at('leaf.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('leaf.pem'));
  chmodSync(at('key.pem'), 0o600);
  // Where Chromium looks for authorities, of today and of older days.
  for (const store of [join(folder, 'home', '.pki', 'nssdb'), join(folder, 'home', '.local', 'share', 'pki', 'nssdb')]) {
    mkdirSync(store, { recursive: true });
    execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password']);
    execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'thrown away', '-i', at('ca.pem')]);
  }
  return { certificate: at('leaf.pem'), key: at('key.pem'), home: join(folder, 'home') };
}

/** A port of an address that nobody has now. */
export function freePort(address = ADDRESS) {
  return new Promise((resolve, reject) => {
    const asked = createServer();
    asked.once('error', reject);
    asked.listen(0, address, () => {
      const { port } = asked.address();
      asked.close(() => resolve(port));
    });
  });
}

/** Passes everything on between phone and server, until it is cut, held or deaf to the server. */
export class Line {
  static async to(t, port, address = ADDRESS) {
    const line = new Line();
    line.listening = createServer((near) => line.#join(near, port, address));
    await new Promise((resolve) => line.listening.listen(0, NEAR, resolve));
    line.port = line.listening.address().port;
    atEnd(t, () => {
      line.cut();
      line.listening.close();
    });
    return line;
  }

  constructor() {
    this.ends = new Set();
    /** Those of them that lead to the server. */
    this.far = new Set();
    this.whole = true;
    this.silent = false;
    this.deaf = false;
  }

  /** What is under way is lost, and nothing gets through. */
  cut() {
    this.whole = false;
    for (const end of this.ends) end.destroy();
  }

  /**
   * Nothing gets through and nobody is told, as when a phone sleeps or walks out of a network: what is under way stays
   * open on both sides for good, and what is begun is never answered.
   */
  hold() {
    this.silent = true;
    for (const end of this.ends) end.unpipe().pause();
  }

  /** The server still hears everything, and nothing of what it says arrives. */
  loseAnswers() {
    this.deaf = true;
    for (const end of this.far) end.unpipe().pause();
  }

  /** What is begun from now on gets through. */
  heal() {
    this.whole = true;
    this.silent = false;
    this.deaf = false;
  }

  #join(near, port, address) {
    if (!this.whole) return near.destroy();
    if (this.silent) {
      this.ends.add(near.pause());
      return near.on('error', () => undefined).on('close', () => this.ends.delete(near));
    }
    const far = connect(port, address);
    this.far.add(far);
    for (const [one, other] of [[near, far], [far, near]]) {
      this.ends.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.ends.delete(one);
        this.far.delete(one);
        other.destroy();
      });
      if (one === near || !this.deaf) one.pipe(other);
    }
  }
}

/** A phone with a browser of its own that reaches the server by that line alone. */
export async function phoneAt(t, { home, port, line, width = 360, height = 740 }) {
  const place = { url: `https://${NAME}:${port}` };
  const rules = `MAP ${NAME}:${port} ${NEAR}:${line.port}`;
  const options = { width, height, touch: true, signIn: false, args: [`--host-resolver-rules=${rules}`], env: { HOME: home, XDG_DATA_HOME: join(home, '.local', 'share') } };
  return Person.at(t, place, options);
}
