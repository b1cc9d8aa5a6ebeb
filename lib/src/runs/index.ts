export { annotate } from "./annotate";
export { recordNumber, type RecordNumber } from "./record-number";
export { runName } from "./places";
export type { Progress, RunRecord } from "./record";
export { readRecord, readRecords, type RecordRequest, type RecordsRequest } from "./records";
export { spread, type Spread } from "./spread";
export type { Statistic } from "../base/statistics";
export { Interrupted, type Run, type TrainOptions } from "./run";
