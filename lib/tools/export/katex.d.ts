// KaTeX ships its types where TypeScript's older module resolution, which CommonJS output needs, does not look.
declare module "katex" {
  const katex: {
    renderToString(
      tex: string,
      options: { output: "mathml"; displayMode: boolean; throwOnError: boolean; strict: "ignore" },
    ): string;
  };
  export default katex;
}
