import { sizeOf } from "../base/shape";
import type { StepState } from "./types";

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Throws unless a state has exactly the tensors that a step holds, in order. */
export function checkState(state: StepState, expected: readonly Named[]): void {
  if (!Number.isInteger(state.iteration) || state.iteration < 0) {
    throw new Error(
      `Expected a state's iteration to be a whole number from 0 on but found ${state.iteration}: pass a state as ` +
        "read() gives it.",
    );
  }
  checkTensors(state.tensors, expected);
}

/** Throws unless tensors have the expected names and shapes, in order, and as many values as their shapes say. */
export function checkTensors(tensors: StepState["tensors"], expected: readonly Named[]): void {
  const describe = (tensor?: Named) =>
    tensor === undefined ? "nothing" : `${tensor.name} [${tensor.shape.join(", ")}]`;
  const count = Math.max(expected.length, tensors.length);
  for (let i = 0; i < count; i++) {
    const [wanted, found] = [expected[i], tensors[i]];
    const [want, have] = [describe(wanted), describe(found)];
    if (wanted === undefined || found === undefined || want !== have) {
      throw new Error(
        `Expected ${want} but found ${have} (tensor ${i} of the state): it belongs to another model or optimizer.`,
      );
    }
    const size = sizeOf(wanted.shape);
    if (found.values.length !== size) {
      throw new Error(
        `Expected ${size} values but found ${found.values.length} (${want} of the state): pass a state as read() ` +
          "gives it.",
      );
    }
  }
}
