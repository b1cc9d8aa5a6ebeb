import { convolution } from "./convolution";
import { dense } from "./dense";
import { lstm } from "./lstm";
import type { Replacement } from "./replacement";

/** All replacements, in the order in which they are asked. */
export const replacements: readonly Replacement[] = [dense, convolution, lstm];
