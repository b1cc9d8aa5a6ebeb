// Every `npm run` command begins here: in a folder with a backslash in its name Node loads no module, and would say so
// with a stack trace.
const { resolve } = require("node:path");

/** Why a project cannot work in a folder of this name: a sentence, or undefined where it can. */
function refusal(folder) {
  // A colon parts the folders of PATH: Python makes no environment there. No name in a script's first line can hold a
  // line's end.
  const [strange] = /[\\:\p{Cc}]/u.exec(folder) ?? [];
  return strange === undefined
    ? undefined
    : `Expected a project's folder without backslash, colon and line break but found ${JSON.stringify(strange)} in ` +
        `${JSON.stringify(folder)}: rename that folder, or move the project to another one.`;
}

module.exports = { refusal };

if (require.main === module) {
  const refused = refusal(resolve(__dirname, "../../.."));
  if (refused === undefined) void import("./command.mjs");
  else {
    console.error(refused);
    process.exitCode = 1;
  }
}
