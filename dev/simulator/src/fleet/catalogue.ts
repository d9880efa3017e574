// The names that fleets are made of. Brands and models are examples of real machines; everything else is
// invented.

export interface MachineModel {
  brand: string;
  model: string;
  /** REST's `type`: what the machine is. */
  type: string;
  power: "DIESEL" | "ELECTRIC";
}

export const machineModels: readonly MachineModel[] = [
  { brand: "Caterpillar", model: "320", type: "Excavator", power: "DIESEL" },
  { brand: "Volvo", model: "EC220E", type: "Excavator", power: "DIESEL" },
  { brand: "Volvo", model: "L120H", type: "Wheel loader", power: "DIESEL" },
  { brand: "Komatsu", model: "PC210LC-11", type: "Excavator", power: "DIESEL" },
  { brand: "JCB", model: "535-95", type: "Telehandler", power: "DIESEL" },
  { brand: "Manitou", model: "MT 1840", type: "Telehandler", power: "DIESEL" },
  { brand: "Genie", model: "GS-1932", type: "Scissor lift", power: "ELECTRIC" },
  { brand: "JLG", model: "520AJ", type: "Boom lift", power: "DIESEL" },
  { brand: "JLG", model: "1930ES", type: "Scissor lift", power: "ELECTRIC" },
  { brand: "Haulotte", model: "HA16 RTJ", type: "Boom lift", power: "DIESEL" },
  { brand: "Bomag", model: "BW 213 D-5", type: "Roller", power: "DIESEL" },
  { brand: "Wacker Neuson", model: "EZ17e", type: "Mini excavator", power: "ELECTRIC" },
];

export interface City {
  city: string;
  country: string;
  zipCode: string;
  longitude: number;
  latitude: number;
}

export const cities: readonly City[] = [
  { city: "Aalborg", country: "Denmark", zipCode: "9000", longitude: 9.9217, latitude: 57.0488 },
  { city: "Aarhus", country: "Denmark", zipCode: "8000", longitude: 10.2039, latitude: 56.1629 },
  { city: "Hamburg", country: "Germany", zipCode: "20095", longitude: 9.9937, latitude: 53.5511 },
  { city: "Malmö", country: "Sweden", zipCode: "211 20", longitude: 13.0038, latitude: 55.605 },
  { city: "Oslo", country: "Norway", zipCode: "0150", longitude: 10.7522, latitude: 59.9139 },
  { city: "Lyon", country: "France", zipCode: "69001", longitude: 4.8357, latitude: 45.764 },
  { city: "Leeds", country: "United Kingdom", zipCode: "LS1", longitude: -1.5491, latitude: 53.8008 },
  { city: "Chicago", country: "United States", zipCode: "60601", longitude: -87.6298, latitude: 41.8781 },
];

export const streets: readonly string[] = ["Harbour Street", "Quarry Road", "Mill Lane", "Station Square"];

export const companyNames: readonly string[] = [
  "Nordlift Rental",
  "Harbour Cranes",
  "Granite Earthworks",
  "Skyline Access",
  "Bluefield Civil",
  "Old Mill Plant Hire",
];
