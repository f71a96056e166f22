/** Closes a switch over a union: adding a member without a case is a type error, and a loud one at run time. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
