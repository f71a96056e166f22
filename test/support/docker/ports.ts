const FIRST = 10_000;
const WORKERS = 11;
const [EACH, RUN] = [500, 4];

let drawn = 0;

/**
 * The first of four ports in a row, enough for two proxies, that nothing else on the engines of the tests listens at: test
 * files that run beside each other draw from parts of their own, and one that follows begins elsewhere. The kernel gives none
 * of them to connections.
 */
export function proxyPort(): number {
  const part = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;
  const place = (process.pid * 8 + drawn++) % EACH;
  return FIRST + (part * EACH + place) * RUN;
}
