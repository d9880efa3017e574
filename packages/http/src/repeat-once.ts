// A kept connection may be closed by the server at the moment in which a request goes out on it: the request
// is sent again, on a new connection.

import type { Dispatcher } from "undici";

/**
 * For `dispatcher.compose`: a request that may be repeated (GET, or marked `idempotent`) and whose kept
 * connection was closed before anything of the answer came goes out at once a second time, on a connection of
 * `fresh` that was not used before. A new connection that breaks is the server's fault and is not tried again
 * here. What was not yet written to a connection when that closed, undici sends on another one itself,
 * with any method.
 */
export function repeatOnce(fresh: Dispatcher): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const repeatable = options.idempotent ?? (options.method === "GET" || options.method === "HEAD");
    const sendAgain = () => fresh.dispatch({ ...options, reset: true }, handler);
    return dispatch(options, repeatable ? withSecondChance(handler, sendAgain) : handler);
  };
}

function withSecondChance(
  handler: Dispatcher.DispatchHandler,
  sendAgain: () => void,
): Dispatcher.DispatchHandler {
  let answered = false;
  return {
    onRequestStart: (...args) => handler.onRequestStart?.(...args),
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => {
      answered = true;
      handler.onResponseStart?.(...args);
    },
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (controller, error) => {
      if (answered || controller?.aborted === true || !wasKeptAndClosed(error))
        handler.onResponseError?.(controller, error);
      else sendAgain();
    },
  };
}

/**
 * undici tells what a closed socket had read; of one that was reset it does not, and a repetition does little
 * harm.
 */
function wasKeptAndClosed(error: Error): boolean {
  const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } | null };
  if (code === "UND_ERR_SOCKET") return (socket?.bytesRead ?? 0) > 0;
  return code === "ECONNRESET" || code === "EPIPE";
}
