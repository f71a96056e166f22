// Answers every request; with BROKEN=yes it never becomes healthy.
const { createServer } = require('node:http');

const broken = process.env.BROKEN === 'yes';
const server = createServer((request, response) => {
  const sick = broken && request.url === '/healthz';
  response.writeHead(sick ? 503 : 200).end(sick ? 'out of order\n' : 'it works\n');
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
