import type { Program } from './program.ts';
import type { Read } from './reads.ts';
import { child, children, memberName } from './tree.ts';

const DEFINED = /^(?:process|import\.meta)\.env\.(\w+)$/;

/** Variables that the configuration of a bundler sets itself: `env: { API_VERSION: '2' }`, `define: { 'process.env.X': … }`. */
export function givenBy(program: Program): readonly Read[] {
  return program.properties.flatMap(({ node }) => {
    const name = memberName(node, 'key');
    if (name !== 'env' && name !== 'define') return [];
    return children(child(node, 'value'), 'properties').flatMap((property): Read[] => {
      const written = memberName(property, 'key') ?? '';
      const key = name === 'env' ? written : DEFINED.exec(written)?.[1];
      return key ? [{ key, node: property, shown: `${name} sets ${key}`, asks: 'gives', from: 'process.env' }] : [];
    });
  });
}
