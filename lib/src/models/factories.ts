import { cnn } from "./cnn";
import { factoryNames } from "./factory-names";
import { linear } from "./linear";
import { lstm } from "./lstm";
import { mlp } from "./mlp";

export { type CnnOptions, cnn } from "./cnn";
export { type LinearOptions, linear } from "./linear";
export { type LstmOptions, lstm } from "./lstm";
export { type MlpOptions, mlp } from "./mlp";

for (const [name, factory] of Object.entries({ cnn, linear, lstm, mlp })) factoryNames.set(factory, name);
