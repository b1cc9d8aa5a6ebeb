/** A piece of JavaScript, with the source maps of the two steps that made it, the last step first. */
export interface Compiled {
  readonly code: string;
  readonly maps: readonly string[];
  readonly source: string;
}

/** An imported file of the reader's. */
export interface CompiledModule extends Compiled {
  readonly path: string;
  readonly imports: readonly string[];
  /** Whether it awaits something outside of its functions. */
  readonly waits: boolean;
}

/** A compiled cell. */
export interface CompiledCell extends Compiled {
  /** Whether it awaits something outside of its functions. */
  readonly waits: boolean;
  readonly imports: readonly string[];
  /** The imported files that are new or have changed. */
  readonly modules: readonly CompiledModule[];
}
