import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizes } from '../src/sizes.mjs';
import { some } from '../src/some.mjs';

const turns = async (count) => {
  for (let n = 0; n < count; n += 1) await Promise.resolve();
};

test('results are in the order of the items', async () => {
  assert.deepEqual(await some([30, 1, 10], 3, async (n) => turns(n).then(() => n)), [30, 1, 10]);
  assert.deepEqual(await sizes(['a', 'bb'], async (name) => turns(9 - name.length * 4).then(() => name.length)), { a: 1, bb: 2 });
});

test('there is never more at a time than allowed', async () => {
  let open = 0;
  let most = 0;
  await some([1, 2, 3, 4, 5], 2, async () => {
    most = Math.max(most, (open += 1));
    await turns(3);
    open -= 1;
  });
  assert.equal(most, 2);
});

test('a failure is passed on and nothing is started after it', async () => {
  const started = [];
  await assert.rejects(some([1, 2, 3, 4], 1, async (n) => {
    started.push(n);
    if (n === 2) throw new Error('two');
  }), /two/);
  await turns(20);
  assert.deepEqual(started, [1, 2]);
});
