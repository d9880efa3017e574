// What tests read in the simulator's answers, by where the answers come from. Each answer has the part of it
// that belongs to what was asked.
import type { JSONWebKeySet } from "jose";

type Some<Item> = [Item, ...Item[]];
type Edges = {
  edges: Some<{ node: { name: unknown } }>;
  pageInfo: { endCursor: string; hasNextPage: boolean };
};

export type AnswerBody = TokenBody & PageBody & GraphqlBody & FleetBody & ControlBody & JSONWebKeySet;

interface TokenBody {
  access_token: string;
  scope: string;
  error: string;
}

interface PageBody {
  content: Some<PageItem>;
  numberOfElements: number;
  totalElements: number;
  limit: number;
  after: string | null;
  violations: Some<{ field: string }>;
}

interface PageItem {
  id: string;
  name: unknown;
  assetId: string;
  brand: string;
  productionYear: number;
  enteredAt: string;
  leftAt: string;
  geometry: { coordinates: [number, number] };
  properties: { assetId: string };
}

interface GraphqlBody {
  data: {
    assets: Edges;
    sites: Edges;
    customers: Edges;
    asset: { name: string };
    rateLimit: { remaining: number };
    /** Of the metrics, which are no GraphQL. */
    result: Some<{ value: unknown }>;
  };
  errors: Some<{ extensions: { code: string } }>;
}

interface FleetBody {
  equipment: unknown[];
  links: { rel: string; href: string }[];
}

interface ControlBody {
  id: string;
  accountId: string;
  clientSecret: string;
  revoked: boolean;
  accounts: unknown[];
  assets: unknown[];
  faults: unknown[];
  kids: string[];
  deleted: unknown;
  code: string;
  message: string;
}
