import type { StepState } from "./types";

/** Throws unless a state has exactly the tensors that a step holds, in order. */
export function checkState(state: StepState, expected: readonly { readonly name: string; readonly shape: readonly number[] }[]): void {
  if (!Number.isInteger(state.iteration) || state.iteration < 0) {
    throw new Error(`Expected a state's iteration to be a whole number from 0 but found ${state.iteration}.`);
  }
  const describe = (tensor?: { readonly name: string; readonly shape: readonly number[] }) =>
    tensor === undefined ? "nothing" : `${tensor.name} [${tensor.shape.join(", ")}]`;
  const count = Math.max(expected.length, state.tensors.length);
  for (let i = 0; i < count; i++) {
    const [want, have] = [describe(expected[i]), describe(state.tensors[i])];
    if (want !== have) {
      throw new Error(`Expected ${want} but found ${have} (tensor ${i} of the state): it belongs to another model or optimizer.`);
    }
    const size = expected[i].shape.reduce((product, n) => product * n, 1);
    if (state.tensors[i].values.length !== size) {
      throw new Error(`Expected ${size} values but found ${state.tensors[i].values.length} (${want} of the state).`);
    }
  }
}
