// What operators see and do, for the board and the command line.

export { createOperatorActions, type OperatorActions } from "./actions.ts";
export { type Description, describeWaiting } from "./describe-waiting.ts";
export { NotFoundError, OperatorError, WrongStateError } from "./errors.ts";
