// Reads one config file as often as told, in one process, and prints how each time ended.
import { loadConfig } from '../../src/config/load.ts';
import { DeployerError } from '../../src/core/errors.ts';
import { catalog } from './catalog.ts';

const [file = '', times = '1'] = process.argv.slice(2);
const answers = [];
for (let time = 0; time < Number(times); time++) {
  const from = performance.now();
  const answer = await loadConfig({ file, environment: {}, drivers: catalog() }).then(() => ({ code: 'OK' }), describe);
  answers.push({ ...answer, ms: performance.now() - from, polluted: 'polluted' in {} });
}
process.stdout.write(JSON.stringify(answers));

function describe(error: unknown) {
  if (!(error instanceof DeployerError)) throw error;
  const { code, findings, reason } = error.failure;
  const message =
    findings
      ?.slice(0, 30)
      .map((finding) => finding.message)
      .join('\n') ?? reason;
  return { code, message, ...findings?.[0]?.place };
}
