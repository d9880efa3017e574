// A certificate authority of our own, as a company has one: a server's certificate of it, and a client's.
// Needs openssl 3.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function createPrivateAuthority() {
  const folder = mkdtempSync(join(tmpdir(), "fleetkeeper-authority-"));
  const path = (name: string) => join(folder, name);
  const make = (name: string, ...how: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", path(`${name}.key`), "-out", path(`${name}.pem`)];
    execFileSync(
      "openssl",
      ["req", "-x509", ...key, ...files, "-days", "2", "-subj", `/CN=${name}`, ...how],
      {
        stdio: "pipe",
      },
    );
    return {
      certificate: readFileSync(path(`${name}.pem`), "utf8"),
      key: readFileSync(path(`${name}.key`), "utf8"),
    };
  };
  const authority = make("authority");
  const signed = ["-CA", path("authority.pem"), "-CAkey", path("authority.key")];
  const leaf = [...signed, "-addext", "basicConstraints=critical,CA:FALSE"];
  const server = make("server", ...leaf, "-addext", "subjectAltName=IP:127.0.0.1");
  const client = make("client", ...leaf);
  writeFileSync(path("client-with-key.pem"), client.certificate + client.key);
  return {
    /** For NODE_EXTRA_CA_CERTS. */
    path: path("authority.pem"),
    client,
    /** The client's certificate and its key in one file. */
    clientPath: path("client-with-key.pem"),
    serverPaths: { certificate: path("server.pem"), key: path("server.key") },
    /** Options of a TLS server that asks for no certificate, and of one that does. */
    open: { cert: server.certificate, key: server.key },
    closed: {
      cert: server.certificate,
      key: server.key,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
