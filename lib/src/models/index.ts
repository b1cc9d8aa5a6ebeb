export { type Activation, activations } from "./activations";
export { describe, type LayerDescription, type ModelDescription } from "./describe";
export { type LiveUnits, liveUnits } from "./live-units";
export * from "./lstm-states";
export { multiplyAdds } from "./multiply-adds";
