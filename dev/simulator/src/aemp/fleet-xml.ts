// A fleet page as XML in the namespace of ISO 15143-3.
import { escapeMarkup } from "../page/html.ts";
import type { Equipment } from "./equipment.ts";

export interface FleetPage {
  links: { rel: string; href: string }[];
  equipment: Equipment[];
}

export function fleetXml({ links, equipment }: FleetPage): string {
  const parts = [
    ...links.map(
      ({ rel, href }) => `  <Links>\n    ${element("rel", rel)}\n    ${element("href", href)}\n  </Links>`,
    ),
    ...equipment.map(equipmentXml),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Fleet xmlns="http://standards.iso.org/iso/15143/-3" version="1">\n${parts.join("\n")}\n</Fleet>\n`;
}

/** `datetime` is an attribute of the value it dates. */
function equipmentXml(equipment: Equipment): string {
  const parts = Object.entries(equipment).map(([name, value]) => {
    const { datetime, ...fields } = value as Record<string, unknown>;
    const inner = Object.entries(fields).map(([key, field]) => `      ${element(key, String(field))}`);
    const attribute = typeof datetime === "string" ? ` datetime="${escapeMarkup(datetime)}"` : "";
    return `    <${name}${attribute}>\n${inner.join("\n")}\n    </${name}>`;
  });
  return `  <Equipment>\n${parts.join("\n")}\n  </Equipment>`;
}

function element(name: string, text: string): string {
  return `<${name}>${escapeMarkup(text)}</${name}>`;
}
