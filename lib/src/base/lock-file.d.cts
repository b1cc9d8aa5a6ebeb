/** A process, told apart from later ones that get its id. */
export interface Process {
  readonly pid: number;
  /** When it started, as its system counts; "" where the system does not say. */
  readonly born: string;
}

/** What a lock says: who holds it, and whatever the holder adds. */
export interface Holder extends Process {
  readonly host: string;
  /** Tells this lock from all others. */
  readonly id: string;
  /** Processes that work for it: while one of them runs, the lock counts as held. */
  readonly runners?: readonly Process[];
  readonly [more: string]: unknown;
}

/** A lock that this process holds. */
export interface Lock {
  /** Adds to what the lock says. */
  note(more: object): void;
  release(): void;
}

/**
 * Takes a lock, a file that names its holder, or says who has it. The lock of a process of this machine that is gone is
 * taken over; a process of another machine counts as alive. Between tries this process sleeps, for at most ten seconds.
 *
 * @throws The system's error where the file cannot be written.
 */
export function takeLock(
  file: string,
): { readonly lock: Lock; readonly holder?: undefined } | { readonly lock?: undefined; readonly holder: Holder };

/** The live process that holds a lock, if any. */
export function holderOf(file: string): Holder | undefined;

/** A process of this machine by its id. */
export function identify(pid: number): Process;

/** Whether a process of this machine still runs. Without `born` only its id tells. */
export function isAlive(process: { readonly pid: number; readonly born?: string | undefined }): boolean;
