import type { PackedNetwork } from "./packed";

/** A model on the pad. */
export interface DigitsModel {
  /** "h6-1d" */
  readonly part: string;
  /** "CNN" */
  readonly name: string;
  /** Name of its colour in the theme. */
  readonly color: string;
  /** Absent where the notebook found no trained network: `missing` then says why. */
  readonly network?: PackedNetwork;
  readonly missing?: string;
}

/** A test image that can be put on the pad. */
export interface DigitsImage {
  /** Its place among the test images, from 0. */
  readonly index: number;
  readonly label: number;
  /** Whether every network of the pad takes it for another digit. */
  readonly missed: boolean;
  /** Ink of the 784 pixels from 0 to 255, in base64. */
  readonly ink: string;
}

/** What the widget "digits" works on. */
export interface DigitsData {
  readonly models: readonly DigitsModel[];
  readonly images: readonly DigitsImage[];
}
