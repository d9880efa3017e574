// Why an operator's action was not carried out.

import { FleetkeeperError } from "@fleetkeeper/model";

/** An operator's action that makes no sense; the message is for the operator. */
export abstract class OperatorError extends FleetkeeperError {
  readonly remedy = "never";
}

/** There is no such installation, or no such sync of it. */
export class NotFoundError extends OperatorError {
  readonly code = "ERR_NOT_FOUND";
}

/** The action makes no sense in the present state; the message says what to do first. */
export class WrongStateError extends OperatorError {
  readonly code = "ERR_WRONG_STATE";
}

/** What was given cannot be meant, in whatever state; the message says what is wrong with it. */
export class WrongInputError extends WrongStateError {}
