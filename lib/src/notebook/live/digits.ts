import type { LayersModel } from "@tensorflow/tfjs-node";
import { UserError } from "../../base/errors.cjs";
import { itemAt } from "../../base/item-at";
import { count, percent, plural } from "../../base/text";
import type { Dataset, Split } from "../../data";
import type { DigitsData, DigitsImage, DigitsModel } from "../../live/digits-data";
import { prepare } from "../../live/drawing";
import { forward } from "../../live/forward";
import type { Network } from "../../live/layers";
import { parts, type TrainedPart } from "../../parts";
import { readModel } from "../../runs";
import { fewerWhenQuick } from "../../runs/first-examples";
import { digitsStill, exampleStrokes } from "./digits-still";
import { type Live, liveOutput } from "./output";
import { packModel } from "./pack-model";

/** Which networks `live.digits` shows, and on which data they were trained. */
export interface DigitsOptions {
  /** Seed of the runs whose networks are shown. Default: the hand-in's, else 1. */
  readonly seed?: number;
  /** As `loadMnist` gives it: test images to choose from, and to measure what packing costs. */
  readonly mnist: Pick<Dataset, "train" | "test">;
}

/** The parts whose networks classify MNIST. */
const classifiers = () => parts.filter((part): part is TrainedPart => part.sheet?.data === "mnist");

/**
 * A pad to draw a digit on, and what the four trained networks of H6.1 take it for: in the notebook and on its page.
 * The networks are packed so that their test accuracy changes by at most 0.1 points; a line for each says by how much.
 * A quick run measures that on the first 1,000 test images.
 *
 * @param options Seed and data.
 * @returns A live output for `show`. The pad names a part that has no trained network; the others work.
 * @throws When no part has a trained network: the message names the notebook to run.
 * @example
 * show(await live.digits({ seed: 1, mnist }));
 */
export async function digits({ seed, mnist }: DigitsOptions): Promise<Live> {
  const test = fewerWhenQuick(mnist.test);
  const shown: DigitsNetwork[] = [];
  let problem: Error | undefined;
  for (const { id, model } of classifiers()) {
    const named = { part: id, name: model!.name, color: model!.color };
    let trained: LayersModel | undefined;
    try {
      trained = await readModel({ part: id, seed });
      const { packed, network, classes, accuracy, bitsPerWeight } = packModel(trained, { train: mnist.train, test });
      console.log(
        `${named.name}: ${count(trained.countParams())} weights in ${(packed.bytes.length / 1e6).toFixed(2)} MB, ` +
          `${bitsPerWeight.toFixed(1)} bits each; test ${percent(accuracy.packed)} on the pad, ` +
          `${percent(accuracy.model)} in float32.`,
      );
      shown.push({ model: { ...named, network: packed }, network, classes });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problem ??= error;
      shown.push({ model: { ...named, missing: error.message } });
    } finally {
      trained?.dispose();
    }
  }
  if (problem && shown.every(({ network }) => network === undefined)) throw problem;
  return digitsOutput(shown, test);
}

/** A model on the pad and what the notebook knows of it; without a network where none is kept. */
export interface DigitsNetwork {
  readonly model: DigitsModel;
  /** The network as the page will carry it. */
  readonly network?: Network;
  /** The digit that it takes each test image for, `[10000]`. */
  readonly classes?: Uint8Array;
}

/** The pad for these models, with some of these test images to choose from. */
export function digitsOutput(shown: readonly DigitsNetwork[], test: Split): Live {
  const { ink, answers, right } = exampleFor(shown);
  const data: DigitsData = {
    models: shown.map(({ model }) => model),
    images: chooseImages(
      test,
      shown.flatMap(({ classes }) => classes ?? []),
    ),
  };
  const words = answers.map(({ name, probabilities }) => `${name} ${largest(probabilities)}`);
  return liveOutput({
    widget: "digits",
    title: "Draw a digit",
    start: "Draw a digit yourself",
    data,
    still: digitsStill(ink, answers, { title: `${drawn(right)}, and what the networks take it for` }),
    text: `${drawn(right)}, and what the trained networks take it for: ${words.join(", ")}.`,
  });
}

const drawn = (right: number) =>
  right === 0 ? "A 3 drawn by hand" : `A 3 drawn by hand, shifted ${plural(right, "pixel")} to the right`;

/**
 * The 3 of the static picture: shifted to the right until at least one network takes it for another digit, while the
 * last one, which shares its weights over the image, still knows it; not shifted where there is no such shift.
 */
function exampleFor(shown: readonly DigitsNetwork[]) {
  const answer = (right: number) => {
    const ink = prepare({ strokes: exampleStrokes }, { shift: [right, 0] })!;
    const answers = shown.flatMap(({ model, network }) =>
      network ? [{ name: model.name, color: model.color, probabilities: forward(network, ink) }] : [],
    );
    return { ink, answers, right };
  };
  const shifts = Array.from({ length: farthestExample + 1 }, (_, right) => answer(right));
  const apart = shifts.find(({ answers }) => {
    const digits = answers.map(({ probabilities }) => largest(probabilities));
    return digits.some((digit) => digit !== 3) && digits.at(-1) === 3;
  });
  return apart ?? itemAt(shifts, 0);
}

const farthestExample = 6;

const largest = (values: Float32Array): number => values.indexOf(Math.max(...values));

const mostMissed = 14;

/** The first image of each digit that all networks know, and the first images that none of them does. */
function chooseImages({ inputs, labels, size }: Split, classes: readonly Uint8Array[]): DigitsImage[] {
  const all = Array.from({ length: size }, (_, index) => ({ index, label: itemAt(labels, index) }));
  const known = all.filter(({ index, label }) => classes.every((answers) => answers[index] === label));
  const missed = all.filter(({ index, label }) => classes.every((answers) => answers[index] !== label));
  const firsts = Array.from({ length: 10 }, (_, digit) => known.find(({ label }) => label === digit));
  const image = ({ index, label }: (typeof all)[number], isMissed: boolean): DigitsImage => {
    const pixels = inputs.subarray(784 * index, 784 * (index + 1));
    const ink = Buffer.from(Uint8Array.from(pixels, (value) => Math.round(255 * value))).toString("base64");
    return { index, label, missed: isMissed, ink };
  };
  return [
    ...firsts.flatMap((one) => (one ? [image(one, false)] : [])),
    ...missed.slice(0, mostMissed).map((one) => image(one, true)),
  ];
}
