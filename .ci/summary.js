// Prints `N passed, N failed, N skipped` from vitest's JSON report, and fails when more is skipped than is allowed.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8') || '{}');
const allowed = JSON.parse(readFileSync(new URL('allowed-skips.json', import.meta.url), 'utf8'));
const skipped = (report.testResults ?? [])
  .flatMap((file) => file.assertionResults)
  .filter((test) => test.status === 'pending' || test.status === 'skipped' || test.status === 'todo');
const surprising = skipped.filter((test) => !allowed.some(({ name }) => test.fullName.includes(name)));
for (const test of surprising) console.error(`skipped without leave: ${test.fullName}`);
// A run that was ended, and a test file that cannot be loaded, fail without a failed test.
const failed = report.numFailedTests || (report.success ? 0 : 1);
console.log(`${report.numPassedTests ?? 0} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = surprising.length > 0 || failed > 0 || !report.numPassedTests ? 1 : 0;
