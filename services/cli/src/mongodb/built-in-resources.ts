// The collections of the records of the built-in syncs. The command line knows no sync, so a test compares.

export const builtInResources: readonly string[] = [
  "aempEquipment",
  "alertConfigurations",
  "assetEvents",
  "assetLocations",
  "assets",
  "customers",
  "sites",
];
