export { digits, type DigitsOptions } from "./digits";
export type { Live } from "./output";
