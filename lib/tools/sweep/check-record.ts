import { loadRecord } from "../../src/runs/record-file";

/** Checks the record that a job's notebook left: `node check-record.js FILE`. */
if (require.main === module) {
  try {
    loadRecord(process.argv[2] ?? "");
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
