import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../base/paths";

let text: string | undefined;

/** The one script that runs live outputs, as set-up compiled it (`lib/tools/setup/page-script.mjs`). */
export const liveScript = (): string => (text ??= readFileSync(join(projectFolder(), "lib/dist/live-page.js"), "utf8"));
