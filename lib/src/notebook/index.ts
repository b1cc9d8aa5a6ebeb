export { type Claim, claims } from "./claims";
export { type Html, html } from "./html";
export { show } from "./show";
export { type Table, table } from "./table";
export { train, trial } from "./train";
export { type Versions, versions } from "./versions";
