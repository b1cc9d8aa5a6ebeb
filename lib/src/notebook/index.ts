export { claims, type Claim } from "./claims";
export { html, type Html } from "./html";
export { show } from "./show";
export { table, type Table } from "./table";
export { train, trial } from "./train";
export { versions, type Versions } from "./versions";
