export { cnn, type CnnOptions } from "./cnn";
export { linear, type LinearOptions } from "./linear";
export { lstm, type LstmOptions } from "./lstm";
export { mlp, type MlpOptions } from "./mlp";
