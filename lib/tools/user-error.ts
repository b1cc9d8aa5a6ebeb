export { UserError } from "../src/base/user-error";
