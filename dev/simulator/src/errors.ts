// What the simulator can't do for its caller. Errors it plays as Trackunit are answers, not exceptions (see
// http/answers.ts).

export class SimulatorError extends Error {
  readonly code: string = "ERR_SIMULATOR";
  /** What the control API answers. */
  readonly status: number = 500;
}

/** The account id was never added. */
export class UnknownAccountError extends SimulatorError {
  override readonly code = "ERR_UNKNOWN_ACCOUNT";
  override readonly status = 404;
}

/** Neither `install` nor the simulator was told where callbacks go. */
export class NoCallbackUrlError extends SimulatorError {
  override readonly code = "ERR_NO_CALLBACK_URL";
  override readonly status = 409;
}

/** The callback URL gave no HTTP answer at all; `cause` says why. */
export class CallbackUnreachableError extends SimulatorError {
  override readonly code = "ERR_CALLBACK_UNREACHABLE";
  override readonly status = 502;
}

/** A value given to the simulator (environment, control API) that it can't use. */
export class BadInputError extends SimulatorError {
  override readonly code = "ERR_BAD_INPUT";
  override readonly status = 400;
}
