import { cell } from "./cell/cell";
import { digits } from "./digits/digits";
import { kernel } from "./kernel/kernel";
import { series } from "./series/series";
import type { Widget } from "./widget";

/** All widgets by the name that an output's envelope gives. */
export const widgets: Readonly<Record<string, Widget<any>>> = { cell, digits, kernel, series };
