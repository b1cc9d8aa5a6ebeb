import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";

// The specs ask for it as they are declared, so that it comes before them.
setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
