import { openArtifactStore } from '../../src/artifacts/store.ts';

/** A program for tests: puts a folder into a store and prints the digest. */
const [store = '', folder = ''] = process.argv.slice(2);
const { digest } = await openArtifactStore({ folder: store }).put(folder);
process.stdout.write(`${digest}\n`);
