import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { count } from '../cloudwatch/state.ts';
import type { AwsPlace } from '../service.ts';
import type { AwsWorld } from '../world.ts';
import {
  balancedPlaces,
  balancersOf,
  groupsIn,
  groupsOf,
  type Listener,
  listenersOf,
  type Parts,
  rulesOf,
  type TargetGroup,
} from './state.ts';

/** Serves all load balancers of a world at one address, told apart by the name that is asked for and its port. */
export async function startFront(world: AwsWorld): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((message, response) => serve(world, message, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, server };
}

function serve(world: AwsWorld, message: IncomingMessage, response: ServerResponse): void {
  const [name = '', port = '80'] = (message.headers.host ?? '').split(':');
  for (const place of balancedPlaces({ world, account: '', region: '' }).values()) {
    const balancer = [...balancersOf(place).values()].find((it) => it.DNSName.toLowerCase() === name.toLowerCase());
    const listener = [...listenersOf(place).values()].find(
      (it) =>
        it.Port === Number(port) &&
        (balancer ? it.LoadBalancerArn === balancer.LoadBalancerArn : isNamed(place, it, name)),
    );
    if (listener) {
      act({ place, balancer: listener.LoadBalancerArn }, actionsFor(place, listener, name), message, response);
      return;
    }
  }
  message.socket.destroy();
}

/** Whether a name of somebody's own leads here: as their DNS would have it. */
function isNamed(place: AwsPlace, { ListenerArn }: Listener, name: string): boolean {
  const rules = [...rulesOf(place).values()].filter(({ listener }) => listener === ListenerArn);
  return rules.some(({ Conditions }) => Conditions.some((it) => it.HostHeaderConfig?.Values.includes(name)));
}

function actionsFor(place: AwsPlace, { ListenerArn, actions }: Listener, host: string): Parts {
  const rules = [...rulesOf(place).values()].filter((it) => it.listener === ListenerArn);
  const first = rules
    .sort((one, other) => one.Priority - other.Priority)
    .find(({ Conditions }) =>
      Conditions.every((it) => it.Field === 'path-pattern' || it.HostHeaderConfig?.Values.includes(host)),
    );
  return first?.Actions ?? actions;
}

let drawn = 0;

/** From 0 to 1, spread as evenly over any number of requests as can be. */
function nextDraw(): number {
  drawn += 1;
  return (drawn * 0.618033988749895) % 1;
}

/** Each request is drawn by the weights anew; a group without targets has no answer. */
function act(
  { place, balancer }: { readonly place: AwsPlace; readonly balancer: string },
  actions: Parts,
  message: IncomingMessage,
  response: ServerResponse,
): void {
  const [fixed] = actions.filter((it) => it.Type === 'fixed-response');
  if (fixed)
    return void end(response, Number(fixed.FixedResponseConfig.StatusCode), fixed.FixedResponseConfig.MessageBody);
  const groups = groupsIn(actions);
  let draw = nextDraw() * groups.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = groups.find(({ weight }) => {
    draw -= weight;
    return weight > 0 && draw < 0;
  });
  const targets = [...(groupsOf(place).get(chosen?.arn ?? '')?.targets ?? [])];
  const target = targets[Math.floor(Math.random() * targets.length)];
  if (!target) return void end(response, 503, 'Service Temporarily Unavailable');
  const [host, port] = target;
  const onward = request(
    { host, port, method: message.method, path: message.url, headers: message.headers },
    (answer) => {
      const status = answer.statusCode ?? 502;
      counted(place, { balancer, group: chosen?.arn ?? '' }, status);
      response.writeHead(status, answer.headers);
      answer.pipe(response);
    },
  );
  onward.once('error', () => end(response, 502, 'Bad Gateway'));
  message.pipe(onward);
}

/** As CloudWatch is told: every answer of a group, and its failures. */
function counted(place: AwsPlace, { balancer, group }: { balancer: string; group: string }, status: number): void {
  const dimensions = {
    LoadBalancer: balancer.split(':loadbalancer/')[1] ?? '',
    TargetGroup: group.split(':').at(-1) ?? '',
  };
  const namespace = 'AWS/ApplicationELB';
  count(place, { namespace, metric: 'RequestCount', dimensions });
  if (status >= 500) count(place, { namespace, metric: 'HTTPCode_Target_5XX_Count', dimensions });
}

function end(response: ServerResponse, status: number, text: string): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(text);
}

/** What the check of a group says of a target now. */
export async function healthOf(group: TargetGroup, host: string): Promise<string> {
  const port = group.targets.get(host);
  if (port === undefined) return 'unused';
  const { HealthCheckPath, Matcher } = group.check;
  const answer = await fetch(`http://${host}:${port}${HealthCheckPath}`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  if (!answer) return 'unhealthy';
  await answer.arrayBuffer();
  return matches(Matcher.HttpCode, answer.status) ? 'healthy' : 'unhealthy';
}

/** `200`, `200,204` or `200-399`. */
function matches(codes: string, status: number): boolean {
  return codes.split(',').some((part) => {
    const [least = 0, most = least] = part.split('-').map(Number);
    return status >= least && status <= most;
  });
}
