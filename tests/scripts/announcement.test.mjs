// What the updater is told about a release.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcement, platform } from '../../scripts/announcement.mjs';

const signature = (version) => Buffer.from(`untrusted comment: x\nAAAA\ntrusted comment: timestamp:1\tfile:p\tversion:${version}\nBBBB\n`).toString('base64');

const release = (names, more = {}) =>
  announcement({ version: '0.2.0', notes: 'Better.\n', at: new Date(0), names, address: 'https://updates.example.org/0.2.0/', read: () => `${signature('0.2.0')}\n`, ...more });

test('each package is announced to the systems it is for, under the address it will have', () => {
  const names = [
    'Pilothouse_0.2.0_amd64.deb', 'Pilothouse-0.2.0-1.x86_64.rpm', 'Pilothouse_0.2.0_amd64.AppImage', 'Pilothouse_0.2.0_arm64.deb',
    'Pilothouse_aarch64.app.tar.gz', 'Pilothouse_0.2.0_x64-setup.exe', 'Pilothouse_0.2.0_x64_en-US.msi',
  ];
  const made = release([...names, ...names.map((name) => `${name}.sig`), 'pilothouse-0.2.0-linux-x86_64.tar.gz', 'pilothouse-0.2.0-linux-x86_64.tar.gz.sig', 'SHA256SUMS']);
  assert.deepEqual(Object.keys(made.platforms).sort(), [
    'darwin-aarch64-app', 'linux-aarch64-deb', 'linux-x86_64-appimage', 'linux-x86_64-deb', 'linux-x86_64-rpm', 'windows-x86_64-msi', 'windows-x86_64-nsis',
  ]);
  assert.deepEqual(made.platforms['linux-x86_64-deb'], { signature: signature('0.2.0'), url: 'https://updates.example.org/0.2.0/Pilothouse_0.2.0_amd64.deb' });
  assert.deepEqual([made.version, made.notes, made.pub_date], ['0.2.0', 'Better.', '1970-01-01T00:00:00.000Z']);
});

test('a package without a signature is not announced, and a release without any is none', () => {
  assert.deepEqual(Object.keys(release(['a_amd64.deb', 'a_amd64.deb.sig', 'b.x86_64.rpm']).platforms), ['linux-x86_64-deb']);
  assert.throws(() => release(['a_amd64.deb']), /Sign them first/);
});

test('what would mislead an updater is refused', () => {
  const signed = ['a_amd64.deb', 'a_amd64.deb.sig'];
  assert.throws(() => release(signed, { address: 'http://updates.example.org' }), /no https address/);
  assert.throws(() => release(signed, { read: () => signature('0.1.0') }), /not for version 0\.2\.0/);
  assert.throws(() => release([...signed, 'b_amd64.deb', 'b_amd64.deb.sig']), /Two packages/);
  assert.equal(platform('SHA256SUMS'), undefined);
});
