export { type Activation, activations } from "./activations";
export { describe, type LayerDescription, type ModelDescription } from "./describe";
export * from "./lstm-states";
export { multiplyAdds } from "./multiply-adds";
