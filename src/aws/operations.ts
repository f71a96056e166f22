import { toAwsFailure } from './failure.ts';

/** A command's class of the SDK: what it takes, and what its answer is. */
type CommandClass<Input, Output> = new (
  input: Input,
) => {
  resolveMiddleware(...rest: never[]): (...rest: never[]) => Promise<{ output: Output }>;
};

interface Client {
  // biome-ignore lint/suspicious/noExplicitAny: each client has a union of hundreds of commands here
  send(command: any, options?: { abortSignal?: AbortSignal }): Promise<any>;
}

/** One call of a service. Rejects with a `DeployerError` whose `cause` is the SDK's error; see `hasCode` for its name. */
export type Call<Input, Output> = (input: Input, signal?: AbortSignal) => Promise<Output>;

/** Where every member of the input is optional, the SDK's class takes none as well: a union of lists of arguments. */
type CallOf<Command> = Command extends new (
  ...given: infer Given
) => { resolveMiddleware(...rest: never[]): (...rest: never[]) => Promise<{ output: infer Output }> }
  ? Call<Given extends [infer Input] ? Input : never, Output>
  : never;

export type Calls<Commands> = { readonly [Name in keyof Commands]: CallOf<Commands[Name]> };

/** What of a service is used, as functions: `{ putObject: PutObjectCommand }` → `putObject(input)`. */
export function callsOf<Commands extends Readonly<Record<string, CommandClass<never, unknown>>>>(
  client: Client,
  { service, signal: whole }: { readonly service: string; readonly signal: AbortSignal },
  commands: Commands,
): Calls<Commands> {
  const calls = Object.entries(commands).map(([name, Command]) => {
    const call: Call<never, unknown> = async (input, signal = whole) => {
      try {
        return await client.send(new Command(input), { abortSignal: signal });
      } catch (error) {
        signal.throwIfAborted();
        throw toAwsFailure(error, { service, operation: name });
      }
    };
    return [name, call];
  });
  return Object.fromEntries(calls) as Calls<Commands>;
}
