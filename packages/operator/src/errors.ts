// Why an operator's action was not carried out.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** An operator's action that makes no sense; the message is for the operator. */
export abstract class OperatorError extends FleetkeeperError {}

/** There is no such installation, or no such sync of it. */
export class NotFoundError extends defineError(OperatorError, "ERR_NOT_FOUND", "never") {}

/** The action makes no sense in the present state; the message says what to do first. */
export class WrongStateError extends defineError(OperatorError, "ERR_WRONG_STATE", "never") {}

/** A given value is never valid, in any state; the message says what is wrong with it. */
export class WrongInputError extends WrongStateError {}
