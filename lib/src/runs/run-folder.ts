import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node";
import { writeWhole } from "../base/files";
import { itemAt } from "../base/item-at";
import { lockRun } from "../base/lock";
import type { Curves } from "../training/curves";
import type { Parameters } from "../training/parameters";
import {
  type Checkpoint,
  type CheckpointQuery,
  checkpointFolder,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "./checkpoint";
import { EventFile } from "./event-file";
import { writeModel } from "./model-file";
import { runFolder } from "./places";
import type { RunRecord } from "./record";
import { writeRecord } from "./record-file";

/**
 * The files of one run: lock, `live.json`, checkpoint, event files, network and record. Only its owner writes there.
 */
export class RunFolder {
  /** An absolute path. */
  readonly path: string;
  readonly #unlock: () => void;
  #events?: { readonly train: EventFile; readonly test: EventFile };

  /** @throws UserError When another process has it, or when it cannot be written. */
  constructor(run: Pick<Parameters, "part" | "profile" | "seed" | "overrides">) {
    this.path = runFolder(run);
    this.#unlock = lockRun(this.path);
  }

  /** The checkpoint to go on from, if any. With `resume: false` an old one is removed. */
  takeUp(query: CheckpointQuery & { readonly resume: boolean }): Checkpoint | undefined {
    const checkpoint = query.resume ? readCheckpoint(this.path, query) : undefined;
    if (!checkpoint) removeCheckpoint(this.path);
    return checkpoint;
  }

  saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return writeCheckpoint(this.path, checkpoint);
  }

  /** Starts TensorBoard's two event files with what is known so far. */
  openEvents(curves: Curves): void {
    // Those of a finished run stay until this one has finished as well.
    const folder = existsSync(join(this.path, "record.json")) ? checkpointFolder(this.path) : this.path;
    const points = curves.iterations.map((_, i) => pointsAt(curves, i));
    this.#events = {
      train: new EventFile(
        join(folder, "train"),
        points.map(({ train }) => train),
      ),
      test: new EventFile(
        join(folder, "test"),
        points.map(({ test }) => test),
      ),
    };
  }

  /** Adds the last point of the curves to the event files. */
  writeEvaluation(curves: Curves): void {
    const { train, test } = pointsAt(curves, curves.iterations.length - 1);
    this.#events?.train.write(train);
    this.#events?.test.write(test);
  }

  /** Writes what a live view reads. After a power cut it may be a moment old. */
  writeLive(record: RunRecord): void {
    const { final: _, ...live } = record;
    writeWhole(join(this.path, "live.json"), JSON.stringify(live), { sync: false });
  }

  /** Replaces an earlier run by the finished one. If this process is killed meanwhile, the next start completes it. */
  async finish(record: RunRecord, model: LayersModel): Promise<void> {
    await writeModel(this.path, model, record);
    this.#events?.train.moveTo(join(this.path, "train"));
    this.#events?.test.moveTo(join(this.path, "test"));
    writeRecord(join(this.path, "record.json"), record);
    removeCheckpoint(this.path);
    this.writeLive(record);
  }

  unlock(): void {
    this.#unlock();
  }
}

function pointsAt(curves: Curves, i: number) {
  const common = { iteration: itemAt(curves.iterations, i), time: itemAt(curves.times, i) };
  const scalars = (accuracy: readonly number[], loss: readonly number[]) => ({
    ...common,
    scalars: { accuracy: itemAt(accuracy, i), loss: itemAt(loss, i) },
  });
  return {
    train: scalars(curves.trainAccuracy, curves.trainLoss),
    test: scalars(curves.testAccuracy, curves.testLoss),
  };
}
