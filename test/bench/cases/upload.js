// What deploys to platforms that take files cost, beside the platforms' own command lines, all against the servers of the
// tests, which vitest starts and ends.
import { measured } from '../measured.js';
import { tool } from '../tools.js';

const TOOLS = ['vercel', 'netlify'];
const PATIENCE_MS = 1_800_000;

export async function measure() {
  const tools = TOOLS.flatMap((name) => {
    const found = tool(name, [], process.cwd());
    return found ? [[name, { command: found.command, env: found.env }]] : [];
  });
  const env = { DEPLOYER_BENCH_TOOLS: JSON.stringify(Object.fromEntries(tools)) };
  return measured('upload', { env, patience: PATIENCE_MS });
}
