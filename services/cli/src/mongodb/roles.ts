// `mongodb-roles`: the roles of the services in MongoDB, as a script for mongosh.

import { rolesScript } from "@fleetkeeper/store";
import type { Command } from "commander";
import { addCommand } from "../add-command.ts";
import { invoke } from "../invoke.ts";
import { builtInResources } from "./built-in-resources.ts";

interface Options {
  db: string;
  resource: string[];
}

export function addMongodbRoles(program: Command): void {
  addCommand(program, "mongodb-roles", {
    summary: "Print the services' roles in MongoDB, as a script for mongosh",
    details:
      "An administrator runs it, again after each upgrade and for each new resource; users keep their passwords.",
    examples: ["mongodb-roles --resource workOrders > roles.js"],
  })
    .option("--db <name>", "the database", "fleetkeeper")
    .option("--resource <names...>", "collections of the records of your own syncs", [])
    .action(
      invoke<Options>(async ({ output }, { db, resource }) => {
        const script = rolesScript({ db, resources: [...builtInResources, ...resource] });
        output.result({ script }, () => script.trimEnd());
      }),
    );
}
