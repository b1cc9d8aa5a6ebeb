import { digits } from "./digits/digits";
import type { Widget } from "./widget";

/** All widgets by the name that an output's envelope gives. */
export const widgets: Readonly<Record<string, Widget<any>>> = { digits };
