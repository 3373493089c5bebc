// The repository of the pictures: a small tide table whose days go wrong when the clocks change.

const config = `[[check]]
name = "tests"
run = ["node", "--test"]
timeoutS = 60

[[check]]
name = "soak"
run = ["node", "scripts/soak.mjs"]
timeoutS = 120

[recipes.table]
run = ["node", "scripts/print.mjs", "cuxhaven"]
timeoutS = 30
`;

export const brokenDays = `const DAY = 24 * 60 * 60 * 1000;

/** The midnights of \`count\` days, the first one included. */
export function midnights(first, count) {
  return Array.from({ length: count }, (_, n) => new Date(first.getTime() + n * DAY));
}

/** Splits high waters into the days they belong to. */
export function byDay(waters, days) {
  return days.map((day, n) => {
    const next = days[n + 1] ?? new Date(day.getTime() + DAY);
    return waters.filter((water) => water.at >= day && water.at < next);
  });
}
`;

export const files = {
  '.pilothouse/config.toml': config,
  'package.json': '{\n  "name": "tide-table",\n  "version": "2.4.0",\n  "type": "module",\n  "scripts": { "test": "node --test" }\n}\n',
  'README.md': '# tide-table\n\nHigh and low waters for a harbour, as text, CSV or JSON.\n\n    npx tide-table cuxhaven --days 7\n',
  'CHANGELOG.md': '# Changes\n\n## 2.4.0\n\n- Harbours are found by their old names too\n',
  'src/days.js': brokenDays,
  'src/harmonics.js': `/** Amplitude in metres and speed in degrees per hour of each constituent. */
export const CUXHAVEN = [
  { name: 'M2', amplitude: 1.34, speed: 28.984, phase: 24.1 },
  { name: 'S2', amplitude: 0.36, speed: 30.0, phase: 91.7 },
  { name: 'N2', amplitude: 0.22, speed: 28.44, phase: 351.2 },
];

/** Height in metres over mean sea level, \`hours\` after the epoch of the constituents. */
export function height(constituents, hours) {
  return constituents.reduce((sum, { amplitude, speed, phase }) => sum + amplitude * Math.cos(((speed * hours - phase) * Math.PI) / 180), 0);
}
`,
  'src/soak.js': '/** Years of tides that are computed before anything lands. */\nexport const SOAK_YEARS = 30;\n',
  'src/format.js': `const two = (n) => String(n).padStart(2, '0');

/** \`06:41  3.2 metres\` */
export function line(water) {
  return \`\${two(water.at.getHours())}:\${two(water.at.getMinutes())}  \${water.height.toFixed(1)} metres\`;
}

/** A day as lines under its date. */
export function day(date, waters) {
  return [date.toDateString(), ...waters.map((water) => \`  \${line(water)}\`)].join('\\n');
}
`,
  'scripts/print.mjs': "import { CUXHAVEN, height } from '../src/harmonics.js';\n\nfor (let hour = 0; hour < 24; hour += 6) console.log(`${hour}:00 ${height(CUXHAVEN, hour).toFixed(1)}`);\n",
  'scripts/soak.mjs': `import { CUXHAVEN, height } from '../src/harmonics.js';
import { SOAK_YEARS } from '../src/soak.js';

for (let year = 1; year <= SOAK_YEARS; year += 1) {
  let highest = -Infinity;
  for (let minute = 0; minute < 525_600; minute += 1) highest = Math.max(highest, height(CUXHAVEN, minute / 60));
  console.log(\`year \${year}: highest water \${highest.toFixed(2)}\`);
  if (!(highest > 1 && highest < 2.5)) process.exit(1);
}
`,
  'test/days.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDay, midnights } from '../src/days.js';

process.env.TZ = 'Europe/Berlin';

test('a week has seven midnights', () => {
  assert.equal(midnights(new Date(2026, 5, 1), 7).length, 7);
});

test('each water belongs to one day', () => {
  const days = midnights(new Date(2026, 5, 1), 2);
  const waters = [{ at: new Date(2026, 5, 1, 6) }, { at: new Date(2026, 5, 2, 7) }];
  assert.deepEqual(byDay(waters, days), [[waters[0]], [waters[1]]]);
});
`,
  'test/format.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line } from '../src/format.js';

test('a line holds the time and the height', () => {
  assert.match(line({ at: new Date(2026, 5, 1, 6, 41), height: 3.21 }), /^06:41 {2}3\\.2 m/);
});
`,
};
