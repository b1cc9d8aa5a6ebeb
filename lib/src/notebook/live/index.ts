export { cell } from "./cell";
export { digits, type DigitsOptions } from "./digits";
export { kernel, type KernelOptions } from "./kernel";
export type { Live } from "./output";
