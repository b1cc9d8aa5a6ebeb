import { availableParallelism } from "node:os";

/** The networks that are measured. */
export const networks = ["mlp", "dropout", "cnn", "lstm"] as const;

/** The name of a network that is measured. */
export type NetworkName = (typeof networks)[number];

/** What is measured: the sheet's four larger networks, with their own batch sizes. */
interface NetworkSettings {
  readonly title: string;
  readonly batchSize: number;
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Classes; 2 stands for one sigmoid output. */
  readonly classes: number;
  /**
   * The engine's threads: within one operation, between operations. Small products gain nothing from a second thread
   * within an operation.
   */
  readonly threads: { readonly intra: number; readonly inter: number };
}

const cores = availableParallelism();
const all = { intra: cores, inter: cores };

/** The settings of each network. */
export const networkSettings: Readonly<Record<NetworkName, NetworkSettings>> = {
  mlp: { title: "MLP", batchSize: 100, shape: [784], classes: 10, threads: all },
  dropout: { title: "MLP + dropout", batchSize: 100, shape: [784], classes: 10, threads: all },
  cnn: { title: "CNN", batchSize: 100, shape: [784], classes: 10, threads: all },
  lstm: {
    title: "LSTM",
    batchSize: 50,
    shape: [30, 1],
    classes: 2,
    threads: { intra: 1, inter: Math.min(2, cores) },
  },
};
