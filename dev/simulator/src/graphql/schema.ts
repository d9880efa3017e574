// The part of Trackunit's GraphQL schema that is publicly known: the fields that its documentation and its
// clients use.
import { buildSchema } from "graphql";

export const schema = buildSchema(/* GraphQL */ `
  scalar Cursor
  scalar DateTime

  type Query {
    assets(first: Int, last: Int, before: Cursor, after: Cursor): AssetConnection!
    asset(id: ID!): Asset
    sites(first: Int, last: Int, before: Cursor, after: Cursor): SiteConnection!
    customers(first: Int, last: Int, before: Cursor, after: Cursor): CustomerConnection!
    "What the query that asks for it costs, and what the account may still spend."
    rateLimit: RateLimit!
  }

  type RateLimit {
    cost: Int!
    remaining: Int!
    "Milliseconds until the budget is full again."
    resetIn: Int!
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: Cursor
    endCursor: Cursor
    "How many edges this page has."
    count: Int
  }

  type AssetConnection { edges: [AssetEdge!]!, pageInfo: PageInfo! }
  type AssetEdge { cursor: Cursor!, node: Asset }
  type SiteConnection { edges: [SiteEdge!]!, pageInfo: PageInfo! }
  type SiteEdge { cursor: Cursor!, node: Site }
  type CustomerConnection { edges: [CustomerEdge!]!, pageInfo: PageInfo! }
  type CustomerEdge { cursor: Cursor!, node: Customer }

  type Asset {
    id: ID!
    name: String
    brand: String
    model: String
    serialNumber: String
    assetType: String
    lastSeen: DateTime
    status: AssetStatus
    locations: AssetLocations
    insights: AssetInsights
    sites(first: Int, last: Int, before: Cursor, after: Cursor): SiteConnection!
  }

  enum AssetActivity { WORKING IDLE STOPPED }
  enum AssetCriticality { NONE LOW CRITICAL }
  type AssetStatus { activity: AssetActivity, criticality: AssetCriticality }

  type AssetLocations { latest: Location }
  type Location { geometry: Point, properties: LocationProperties }
  "Longitude, latitude and altitude, as in GeoJSON."
  type Point { type: String!, coordinates: [Float!]! }
  type LocationProperties { address: Address, updatedAt: DateTime }
  type Address { streetAddress: String, city: String, country: String }

  enum InsightPeriod { LIFETIME }
  type AssetInsights {
    fuelLevel: Float
    batteryStateOfChargePercent: Float
    cumulativeOperatingHours(period: InsightPeriod = LIFETIME): Float
    cumulativeEngineHours(period: InsightPeriod = LIFETIME): Float
  }

  type Site {
    id: ID!
    name: String
    type: String
    status: String
    city: String
    country: String
    streetAddress: String
    zipCode: String
    externalReference: String
  }

  type Customer { id: ID!, name: String, type: String }
`);
