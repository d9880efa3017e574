// The present problems, as their observers report them.

import type { Told } from "@fleetkeeper/model";

/** Something that needs an operator. */
export interface ConcernNow extends Told {
  /** The accounts that it is about, where it is about some: a further one is told too. */
  accounts?: readonly string[] | undefined;
}
