// Says its greeting. PORT and GREETING come from deployer.
import { createServer } from 'node:http';

const { PORT = '8080', HOST, GREETING = 'Hello' } = process.env;
const server = createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<h1>${GREETING}</h1>\n`);
});
server.listen(Number(PORT), HOST);
// ECS asks a task to end so, after the load balancer has stopped sending requests.
process.on('SIGTERM', () => server.close());
