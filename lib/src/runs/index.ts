export { annotate } from "./annotate";
export { merit, type Merit } from "./merit";
export { runName } from "./places";
export type { Evaluation, FinalEvaluation, Parameters, Progress, RunRecord } from "./record";
export { readRecord, readRecords, type RecordRequest, type RecordsRequest } from "./records";
export { spread, type Spread } from "./spread";
export type { Statistic } from "../base/statistics";
export { Interrupted, type Run, type TrainOptions } from "./train";
