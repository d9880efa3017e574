// What can go wrong when a server is looked for on this machine.

export class LocalStackError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The environment names a server (`REDIS_URL`, `MONGODB_URL`) that does not answer. */
export class ServerUnreachableError extends LocalStackError {
  constructor(variable: string, url: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "ERR_SERVER_UNREACHABLE",
      `${variable} is set, but ${withoutCredentials(url)} does not answer: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** Every way to get a Redis server failed; the message lists them. */
export class NoRedisError extends LocalStackError {
  constructor(tried: string[]) {
    super("ERR_NO_REDIS", listOfWays("Redis", "REDIS_URL", tried));
  }
}

/** Every way to get a MongoDB server failed; the message lists them. */
export class NoMongodbError extends LocalStackError {
  constructor(tried: string[]) {
    super("ERR_NO_MONGODB", listOfWays("MongoDB", "MONGODB_URL", tried));
  }
}

/** A server that was started ended, or did not answer in time. */
export class ServerNotStartedError extends LocalStackError {
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SERVER_NOT_STARTED", message, options);
  }
}

/** Another process on this machine keeps its data in the same folder. */
export class DataInUseError extends LocalStackError {
  constructor(dataDir: string) {
    super("ERR_DATA_IN_USE", `another process uses ${dataDir}: stop it first, or set another folder`);
  }
}

function listOfWays(server: string, variable: string, tried: string[]): string {
  const ways = tried.map((way) => `\n  - ${way}`).join("");
  return `no ${server} server is available on this machine; set ${variable}, or make one of these work:${ways}`;
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}
