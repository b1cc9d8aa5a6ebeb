import { cnn } from "./cnn";
import { factoryNames } from "./factory-names";
import { linear } from "./linear";
import { lstm } from "./lstm";
import { mlp } from "./mlp";

export { cnn, type CnnOptions } from "./cnn";
export { linear, type LinearOptions } from "./linear";
export { lstm, type LstmOptions } from "./lstm";
export { mlp, type MlpOptions } from "./mlp";

for (const [name, factory] of Object.entries({ cnn, linear, lstm, mlp })) factoryNames.set(factory, name);
