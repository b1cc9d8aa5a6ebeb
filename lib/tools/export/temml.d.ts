// Temml's types lie where the module resolution for CommonJS output does not look.
declare module "temml" {
  interface Options {
    displayMode?: boolean;
    throwOnError?: boolean;
    annotate?: boolean;
    macros?: Record<string, unknown>;
    trust?: boolean;
  }
  const temml: {
    renderToString(tex: string, options: Options): string;
    definePreamble(tex: string, options: Options): unknown;
  };
  export default temml;
}
