// jstat has no types of its own: these are the functions that inference.ts calls.
declare module "jstat" {
  export const jStat: {
    readonly studentt: {
      /** Probability of at most `x` under Student's t with `dof` degrees of freedom, which need not be whole. */
      cdf(x: number, dof: number): number;
      inv(p: number, dof: number): number;
    };
    readonly binomial: {
      cdf(successes: number, trials: number, probability: number): number;
    };
  };
}
