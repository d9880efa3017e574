// A customer of the account: whom its machines are rented to.
import { companyNames } from "./catalogue.ts";
import type { Origin } from "./record-set.ts";

export interface Customer {
  id: string;
  name: string;
  type: "COMPANY" | "PERSON";
}

export function buildCustomer({ id, index, revision, draw }: Origin): Customer {
  const name = `${draw.pick(companyNames)} ${index + 1}`;
  return {
    id,
    name: revision === 0 ? name : `${name} (rev. ${revision})`,
    type: draw.percent(90) ? "COMPANY" : "PERSON",
  };
}
