// What Lambda runs beside a function: loads the handler, takes events one after another, tells answers.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file = '', name = ''] = (process.env._HANDLER ?? '').split(/\.(?=[^.]*$)/);
const loading = load();
loading.catch(() => {});

process.on('message', async ({ id, event }) => {
  try {
    const handler = await loading;
    process.send({ id, answer: (await handler(event, {})) ?? null });
  } catch (error) {
    console.error(String(error?.stack ?? error));
    process.send({ id, error: { errorType: String(error?.name), errorMessage: String(error?.message) } });
  }
});

async function load() {
  for (const ending of ['.mjs', '.js', '.cjs']) {
    try {
      const module = await import(pathToFileURL(join(process.cwd(), `${file}${ending}`)));
      return module[name] ?? module.default[name];
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`Cannot find the handler ${process.env._HANDLER}`);
}
