// The connections of a process to the outside: kept and shared, through a proxy where one is configured.

import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { repeatOnce } from "./repeat-once.ts";

/** What a server may ask of us in TLS: a certificate and its key, each in PEM. */
export interface ClientCertificate {
  certificate: string;
  key: string;
}

/** How the outside is reached. One set of connections per process is enough. */
export interface ConnectionsOptions {
  /** Most connections to one host. Default 32. */
  connections?: number;
  /**
   * URLs of the proxies for requests by `http:` and by `https:`; each is used for its own. Absent: no proxy.
   */
  httpProxy?: string | undefined;
  httpsProxy?: string | undefined;
  /**
   * Hosts that are reached without a proxy: names, `.suffix`, `host:port` or `*`, with commas between them.
   */
  noProxy?: string | undefined;
  /** Shown to every host that asks for one. */
  clientCertificate?: ClientCertificate | undefined;
  /** Shown to the proxy, when it is reached by `https:` and asks for one. */
  proxyCertificate?: ClientCertificate | undefined;
}

/** To set up a connection, TLS included. */
const connectTimeoutMs = 5_000;

/** Close it when nothing sends any more. */
export interface Connections {
  /** For `sendOutbound`: keeps connections, and sends again what a kept connection's end has met. */
  dispatcher: Dispatcher;
  /** Ends every connection, and with it what is still on its way. */
  close(): Promise<void>;
}

/**
 * One for a process. Further certificate authorities are Node's matter: NODE_EXTRA_CA_CERTS. The environment
 * is not looked at here: what it says about proxies comes through the options.
 */
export function createConnections(options: ConnectionsOptions = {}): Connections {
  const kept = agentOf(options);
  const fresh = agentOf(options);
  return {
    dispatcher: kept.compose(repeatOnce(fresh)),
    close: async () => void (await Promise.all([kept.destroy(), fresh.destroy()])),
  };
}

function agentOf({ connections = 32, ...options }: ConnectionsOptions): EnvHttpProxyAgent {
  const toHost = tlsOf(options.clientCertificate);
  return new EnvHttpProxyAgent({
    connections,
    // An empty text keeps undici from looking into the environment.
    httpProxy: options.httpProxy ?? "",
    httpsProxy: options.httpsProxy ?? options.httpProxy ?? "",
    noProxy: options.noProxy ?? "",
    connect: { timeout: connectTimeoutMs, ...toHost },
    requestTls: { timeout: connectTimeoutMs, ...toHost },
    proxyTls: { timeout: connectTimeoutMs, ...tlsOf(options.proxyCertificate) },
  });
}

function tlsOf(certificate: ClientCertificate | undefined) {
  return certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key };
}
