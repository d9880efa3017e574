// What to enter where, once an endpoint for webhooks is made.

/**
 * Three steps for the operator, the last one only while there is no key. The endpoint's URL belongs after the
 * first. `giveKey`: how the key is given here.
 */
export function endpointSteps({ hasKey, giveKey }: { hasKey: boolean; giveKey: string }): string[] {
  return [
    "In Trackunit Manager, as an administrator of the account, add a webhook with this URL:",
    "Choose its events there: all that Fleetkeeper knows, or some of them.",
    ...(hasKey ? [] : [`Copy its signing key (whsec_…) and give it here: ${giveKey}`]),
  ];
}
