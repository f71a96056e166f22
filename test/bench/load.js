// Puts load on one URL: node load.js <url> <connections> <seconds> [<requests per second>]. Without a rate each connection
// asks again as soon as it is answered. Prints one line of JSON; times are ms.
import { connect } from 'node:net';

const [, , address, connections, seconds, rate] = process.argv;
const url = new URL(address);
const request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
const times = [];
let failed = 0;
const start = performance.now();
const end = start + Number(seconds) * 1_000;
const pause = rate ? (Number(connections) / Number(rate)) * 1_000 : 0;

await Promise.all(
  Array.from({ length: Number(connections) }, (_, index) => talk((index * pause) / Number(connections))),
);
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const spent = (performance.now() - start) / 1_000;
console.log(JSON.stringify({ requests: times.length, failed, rps: times.length / spent, p50: at(0.5), p99: at(0.99) }));

/** One connection: an answer is awaited before the next request goes out. */
function talk(offset) {
  return new Promise((done) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let sent = 0;
    let answer = '';
    let due = start + offset;
    const send = () => {
      if (performance.now() >= end) return socket.end();
      answer = '';
      sent = performance.now();
      socket.write(request);
    };
    const next = () => {
      due += pause;
      const wait = due - performance.now();
      if (pause && wait > 0) setTimeout(send, wait);
      else send();
    };
    socket.setEncoding('latin1');
    socket.on('connect', next);
    socket.on('data', (text) => {
      answer += text;
      if (!isWhole(answer)) return;
      times.push(performance.now() - sent);
      if (!answer.startsWith('HTTP/1.1 200 ')) failed++;
      next();
    });
    socket.on('error', () => failed++);
    socket.on('close', () => done());
  });
}

function isWhole(answer) {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer.slice(0, head + 2))?.[1];
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length);
}
