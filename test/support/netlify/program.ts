import { NetlifyServer } from './server.ts';

/** Starts the server alone, tells its address, and ends with its parent: `node program.js [port] [latency in ms]`. */
async function main([port = '0', latency = '0']: readonly string[]): Promise<void> {
  const server = await NetlifyServer.start(Number(port));
  server.latency = Number(latency);
  process.stdout.write(`${server.url}\n`);
  process.stdin.resume().on('end', () => void server.close());
}

void main(process.argv.slice(2));
