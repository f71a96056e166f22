import type { DriverContext } from '../../../core/driver.ts';
import type { Engine } from './client.ts';

/** From the registry it names, when the host does not have it; `headers` say who asks for it. */
export async function fetchImage(
  engine: Engine,
  image: string,
  context: DriverContext,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const doing = `fetch the image ${image}`;
  const { status } = await engine.call('GET', `/images/${image}/json`, { doing, accept: [404] });
  if (status !== 404) return;
  context.log(`fetching ${image}`);
  const query = { fromImage: image, tag: /[:@][^/]+$/.test(image) ? undefined : 'latest' };
  for await (const _ of engine.lines('POST', '/images/create', { doing, query, headers, timeout: context.timeout }));
}
