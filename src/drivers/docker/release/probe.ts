import type { HealthCheck } from '../../../core/config.ts';
import type { DriverContext } from '../../../core/driver.ts';
import { printableLine } from '../../../core/text.ts';
import { execute } from '../../image/engine/exec.ts';
import type { Host } from '../host.ts';

export interface ProbeAnswer {
  readonly ok: boolean;
  /** Whether anything was there that took the connection. */
  readonly connected: boolean;
  /** One line: `HTTP 503 "starting"`, `connection refused`. */
  readonly answer: string;
}

interface ProbeOnce {
  readonly host: Host;
  readonly context: DriverContext;
  /** Of the container. */
  readonly name: string;
  readonly check: HealthCheck;
  readonly signal: AbortSignal;
}

/** No single try takes longer; s. */
const LONGEST = 10;
const SHOWN = 80;

/** One try, made by the proxy: it proves name, network and port, all of which users will need. */
export async function probeOnce(request: ProbeOnce): Promise<ProbeAnswer> {
  const { check } = request;
  if (check.kind === 'http' && isElsewhere(check.target)) return probeElsewhere(request);
  if (check.kind === 'http') return probeHttp(request, check);
  return probeTcp(request, (check.kind === 'tcp' ? check.port : undefined) ?? request.host.options.port);
}

/** Whether a check asks another host than the release. */
export function isElsewhere(target: string): boolean {
  return /^https?:/.test(target);
}

/** Checks of another host are no matter of the proxy. */
async function probeElsewhere({ context, check, signal }: ProbeOnce): Promise<ProbeAnswer> {
  const once = { ...check, timeout: LONGEST * 1_000, successes: 1 };
  const verdict = await context.probe({ check: once, url: 'http://127.0.0.1', cwd: context.root, env: {}, signal });
  return { ok: verdict.healthy, connected: true, answer: verdict.last?.answer ?? 'no answer' };
}

/** Not every `nc` can do without sending anything; what it runs after it has connected says nothing either. */
const CONNECT = 'nc -z "$1" "$2" 2>/dev/null || nc "$1" "$2" -e true';

async function probeTcp({ host, name, signal }: ProbeOnce, port: number): Promise<ProbeAnswer> {
  const { engine, shared } = host;
  const argv = ['timeout', String(LONGEST), 'sh', '-c', CONNECT, 'sh', name, String(port)];
  const { exitCode } = await execute(engine, shared.proxy, argv, signal);
  const ok = exitCode === 0;
  return { ok, connected: ok, answer: ok ? 'connected' : `nothing takes connections on port ${port}` };
}

type HttpCheck = Extract<HealthCheck, { kind: 'http' }>;

/** Says what it was told, and ends with 0 when the first answer had one of the statuses that follow the address. */
const ASK = `url=$1; shift
exec 3>&1
head=$(timeout ${LONGEST} wget -q -S -O - "$url" 2>&1 >&3); code=$?
printf '%s\\n' "$head" >&2
status=$(printf '%s\\n' "$head" | sed -n 's|^ *HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p' | head -n 1)
case " $* " in *" \${status:-none} "*) exit 0;; esac
[ "$code" -ne 0 ] || code=1
exit "$code"`;

async function probeHttp({ host, name, signal }: ProbeOnce, check: HttpCheck): Promise<ProbeAnswer> {
  const { engine, shared, options } = host;
  const url = `http://${name}:${options.port}${check.target}`;
  const argv = ['sh', '-c', ASK, 'sh', url, ...check.status.map(String)];
  const { exitCode, output } = await execute(engine, shared.proxy, argv, signal);
  const isPlain = check.body === undefined && Object.keys(check.headers).length === 0;
  if (exitCode === 0 && isPlain) return { ok: true, connected: true, answer: 'as expected' };
  const { stdout, stderr } = await output();
  const head = firstHead(stderr);
  if (head.status === undefined) return { ok: false, connected: false, answer: wordsFor(exitCode, stderr) };
  return { connected: true, ...judge(check, { status: head.status, headers: head.headers, body: stdout.join('\n') }) };
}

/** Of the first answer: redirects are followed by the program, and not by us. */
function firstHead(stderr: readonly string[]): {
  readonly status: number | undefined;
  readonly headers: ReadonlyMap<string, string>;
} {
  const headers = new Map<string, string>();
  let status: number | undefined;
  for (const line of stderr.map((text) => text.trim())) {
    const [, code] = /HTTP\/\d(?:\.\d)? (\d{3})/.exec(line) ?? [];
    if (code !== undefined && status !== undefined) break;
    if (code !== undefined) status = Number(code);
    const at = line.indexOf(':');
    if (code === undefined && at > 0) headers.set(line.slice(0, at).toLowerCase(), line.slice(at + 1).trim());
  }
  return { status, headers };
}

interface Seen {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function judge(check: HttpCheck, { status, headers, body }: Seen): Pick<ProbeAnswer, 'ok' | 'answer'> {
  const shown = printableLine(body.trim());
  const said = `HTTP ${status}${shown === '' ? '' : ` "${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown}"`}`;
  if (!check.status.includes(status)) return { ok: false, answer: `${said} (expected ${check.status.join(', ')})` };
  if (check.body !== undefined && !body.includes(check.body))
    return { ok: false, answer: `${said} (expected a body with "${printableLine(check.body)}")` };
  const missing = Object.entries(check.headers).find(([header, value]) => headers.get(header) !== value);
  return missing ? { ok: false, answer: `${said} (expected the header ${missing[0]})` } : { ok: true, answer: said };
}

function wordsFor(exitCode: number, stderr: readonly string[]): string {
  if (exitCode === 124 || exitCode === 143) return `no answer within ${LONGEST}s`;
  const text = stderr.join(' ');
  if (text.includes('refused')) return 'connection refused';
  if (text.includes('bad address')) return 'its name is not known on the network';
  return 'no answer';
}
