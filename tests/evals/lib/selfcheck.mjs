// Whether a task is sound, without the product: its tests fail before its solution and pass with it, and no wrong patch gets by.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch, changedPaths, command, git, judge, layOut, matches } from './ground.mjs';
import { needles } from './leak.mjs';

/** What is wrong with a task, in sentences. */
export async function faults(task) {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-evals-set-'));
  const found = [];
  const path = join(folder, 'repo');
  try {
    const base = layOut(task, path);
    const at = async (patches) => {
      git(path, ['checkout', '--quiet', '--force', '-B', 'tried', base]);
      git(path, ['clean', '-ffdxq']);
      for (const patch of patches) applyPatch(path, patch);
      git(path, ['add', '--all']);
      git(path, ['commit', '--quiet', '--allow-empty', '-m', 'tried']);
      return changedPaths(path, base, 'HEAD');
    };
    const tests = (files) => judge(task, path, files, base);
    const names = (results, ok) => results.filter((one) => one.ok === ok).map((one) => `${one.file}\n${one.text}`).join(', ');
    const want = (holds, text) => {
      if (!holds) found.push(text);
    };

    await at([]);
    for (const one of await tests(task.fail_to_pass)) want(!one.ok, `${one.file} passes before the change`);
    for (const one of await tests(task.pass_to_pass)) want(one.ok, `${one.file} fails before the change: ${one.text}`);

    if (task.expect === 'change') {
      const paths = await at([task.second ? readFileSync(join(task.path, task.second.both), 'utf8') : task.solution]);
      const allowed = [...task.allowed, ...(task.second?.allowed ?? [])];
      const failed = names(await tests([...task.fail_to_pass, ...task.pass_to_pass, ...(task.second?.fail_to_pass ?? [])]), false);
      want(failed === '', `the solution fails ${failed}`);
      want(paths.every((one) => matches(allowed, one)), `the solution leaves what is allowed: ${paths}`);
      want(paths.length <= task.max_files + (task.second?.max_files ?? 0), `the solution changes ${paths.length} files`);
      const check = await command(task.check, path);
      want(check.ok, `the visible check fails with the solution: ${check.text}`);
    } else {
      const check = await command(task.check, path);
      want(check.ok, `the visible check fails though nothing has to change: ${check.text}`);
    }

    for (const wrong of task.wrong) {
      const paths = await at([wrong.text]);
      const stray = paths.some((one) => !matches(task.allowed, one)) || paths.length > task.max_files;
      const failed = names(await tests([...task.fail_to_pass, ...task.pass_to_pass]), false) !== '';
      want(stray || failed, `the wrong patch ${wrong.name} is not told from a right one`);
      if (wrong.stopped_by === 'checks') want(!(await command(task.check, path)).ok, `the visible check passes with ${wrong.name}, so the queue cannot stop it`);
    }
    want(needles(task).hidden.length > 0 || task.expect === 'no_change', 'no line of its hidden tests can be told from what is open');
  } catch (error) {
    found.push(error.message);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return found;
}
