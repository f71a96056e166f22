/** A lock as a platform keeps it. */
export interface KeptLock {
  /** The platform's own name of this very lock; one that is made later has another, whoever makes it. */
  readonly token: string;
  /** What its holder wrote into it when it was made. */
  readonly text: string;
  /** How often its holder has shown since then that it lives. */
  readonly beat: number;
}

/**
 * Where a platform keeps the lock of one environment, for operators who share no state folder. Text and beats mean nothing
 * to the platform; who may take over from whom is not its business. Failures are `DeployerError`s.
 */
export interface LockPlace {
  /** For people, such as the address of an engine. */
  readonly name: string;
  /** Names of the services that are there. */
  readonly services: readonly string[];
  /** Makes the lock and answers its token. Of any number of callers one gets it, unless there is one: `undefined`. */
  create(text: string): Promise<string | undefined>;
  /** `undefined` when there is none. */
  read(): Promise<KeptLock | undefined>;
  /** Whether the lock with this token is there. Answers soon or fails: every step of a run asks. */
  has(token: string): Promise<boolean>;
  /** Writes down a beat, unless the lock is gone; answers whether it is there. */
  beat(token: string, beat: number): Promise<boolean>;
  /** Takes away the lock with this token, and never another one. One that is gone is no failure. */
  remove(token: string): Promise<void>;
}
