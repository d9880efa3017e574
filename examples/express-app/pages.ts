// The two pages, as plain HTML. Whatever comes from elsewhere is escaped.

export interface FleetAsset {
  id: string;
  name: string;
  updatedAt: string;
}

export function listPage(
  accounts: readonly { accountId: string; reference: string | null; state: string }[],
): string {
  const lines = accounts.map(
    ({ accountId, reference, state }) =>
      `<li><a href="/accounts/${encodeURIComponent(accountId)}">${escaped(reference ?? accountId)}</a> (${escaped(state)})</li>`,
  );
  return page("Customers", `<ul>${lines.join("")}</ul>`);
}

export function fleetPage(accountId: string, assets: readonly FleetAsset[], live: string): string {
  const rows = assets.map(
    ({ name, updatedAt }) => `<tr><td>${escaped(name)}</td><td>${escaped(updatedAt)}</td></tr>`,
  );
  return page(
    `Fleet of ${accountId}`,
    `<p>${assets.length} assets. Live: ${escaped(live)}</p>
    <table><tr><th>Asset</th><th>Changed</th></tr>${rows.join("")}</table>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><h1>${escaped(title)}</h1>${content}</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
