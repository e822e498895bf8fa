import { Token } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { readConnectionFile } from './connection-file';
import { SECRET } from '../common/aws-kinds';
import { BOOLEAN, NAME, NUMBER, optional, struct, TEXT } from '../common/kinds';
import { requireArguments, requireKind } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/** What an Oracle listener has unless somebody changes it. */
const DEFAULT_PORT = 1521;

/** Redshift developer guide, "Numeric types": of a NUMERIC's 38 digits. */
const MOST_SCALE = 37;

/** Options of `OracleSource.fromSecret`. */
export interface OracleSourceOptions {
  /**
   * A JSON file with `serviceName`, and `host` and `port` if wanted, for settings that are kept apart from code. It must hold no password: it is
   * read when the app is synthesized, and a file with one, or with any other field, is refused. What is in the file cannot be given here too.
   *
   * @default - there is none
   */
  readonly configFile?: string;

  /**
   * Service name of the database (of the pluggable database, where there are any), or its SID.
   *
   * @default - that of `configFile`, which must have one then
   */
  readonly serviceName?: string;

  /**
   * The database's host, as it is in the secret: rules of the new security groups let only connections to it out where it is an IPv4 address.
   * The deployment fails if the secret has another.
   *
   * @default - that of `configFile`; without one connections to the port of any host are let out
   */
  readonly host?: string;

  /**
   * The listener's port, as it is in the secret. The deployment fails if the secret has another.
   *
   * @default - that of `configFile`, else rules of the new security groups are about 1521, and the port is not compared
   */
  readonly port?: number;

  /**
   * Whether changes are read from the redo logs themselves, by the Binary Reader, and not through LogMiner: faster for many changes, and needed for
   * pluggable databases, for XA transactions and for updates of LOB columns. The secret's user needs the rights that the DMS user guide lists for it.
   *
   * @default false
   */
  readonly binaryReader?: boolean;

  /**
   * Whether DMS adds supplemental logging of primary keys to the tables itself; the secret's user needs ALTER on them. It is not enough: the merge needs
   * `SUPPLEMENTAL LOG DATA (ALL) COLUMNS`, which a database administrator switches on for the tables or for the database. Without it columns that an update
   * leaves as they are arrive as NULL.
   *
   * @default false
   */
  readonly addSupplementalLogging?: boolean;

  /**
   * Decimals of a NUMBER without a precision, 0 to 37: DMS rounds to them, and the column is NUMERIC(38, numberScale), with 38 - numberScale digits before the point.
   * A change loads all tables again; a column that has fewer decimals grows with its values.
   *
   * @default 10
   */
  readonly numberScale?: number;

  /**
   * More settings of the source endpoint that DMS takes as text only, such as 'archivedLogsOnly=Y;openTransactionWindow=5', `;` between. No passwords.
   *
   * @default - those that the construct itself sets
   */
  readonly extraConnectionAttributes?: string;
}

const OPTIONS = struct<OracleSourceOptions>({
  configFile: optional(NAME),
  serviceName: optional(TEXT),
  host: optional(TEXT),
  port: optional(NUMBER),
  binaryReader: optional(BOOLEAN),
  addSupplementalLogging: optional(BOOLEAN),
  numberScale: optional(NUMBER),
  extraConnectionAttributes: optional(TEXT),
});

/** Attributes that the construct sets, which the merge relies on. */
const OWN_ATTRIBUTES = { ConvertTimestampWithZoneToUTC: 'true', TrimSpaceInChar: 'false' };

/** Attributes that are settings of the endpoint, which the construct sets too (CloudFormation reference, AWS::DMS::Endpoint OracleSettings), with what says them here. */
const OWN_SETTINGS: Record<string, string | undefined> = {
  charLengthSemantics: undefined,
  failTasksOnLobTruncation: undefined,
  numberDatatypeScale: 'numberScale',
  addSupplementalLogging: 'addSupplementalLogging',
  useLogminerReader: 'binaryReader',
  useBFile: 'binaryReader',
};

/** An Oracle database to replicate from. */
export class OracleSource {
  /**
   * A database whose user, password, host and port are in Secrets Manager, as DMS requires: `{ "username", "password", "host", "port" }`.
   * Nothing of it comes into the template.
   *
   * @param secret the secret; DMS and the schema job read it
   * @param options service name, and what else is no secret
   */
  public static fromSecret(secret: ISecret, options: OracleSourceOptions = {}): OracleSource {
    requireArguments('OracleSource.fromSecret', { secret }, { secret: SECRET });
    requireKind('options of OracleSource.fromSecret', options, OPTIONS);
    const file = options.configFile === undefined ? {} : readConnectionFile(options.configFile);
    const both = Object.keys(file).find((field) => options[field as keyof OracleSourceOptions] !== undefined);
    if (both !== undefined) {
      throw new ConfigurationError(`${both} of OracleSource.fromSecret is given, and configFile '${options.configFile}' has it too; leave out one of the two`);
    }
    return new OracleSource(secret, { ...options, ...file });
  }

  /** Holds user, password, host and port. */
  public readonly secret: ISecret;
  /** Service name or SID. */
  public readonly serviceName: string;
  /**
   * The host that is expected in the secret.
   *
   * @default - any
   */
  public readonly host?: string;
  /**
   * The port that is expected in the secret.
   *
   * @default - any
   */
  public readonly port?: number;
  /** @internal */
  public readonly _binaryReader: boolean;
  /** @internal */
  public readonly _addSupplementalLogging: boolean;
  /** @internal */
  public readonly _numberScale: number;
  /** @internal */
  public readonly _attributes: string;

  private constructor(secret: ISecret, options: OracleSourceOptions) {
    const where = options.configFile === undefined ? 'of OracleSource.fromSecret' : `in configFile '${options.configFile}' or of OracleSource.fromSecret`;
    this.secret = secret;
    this.serviceName = checkedServiceName(where, options.serviceName);
    this.host = checkedHost(where, options.host);
    this.port = checkedPort(where, options.port);
    this._binaryReader = options.binaryReader ?? false;
    this._addSupplementalLogging = options.addSupplementalLogging ?? false;
    this._numberScale = checkedNumberScale(options.numberScale ?? 10);
    this._attributes = attributesWith(options.extraConnectionAttributes);
  }

  /** @internal */
  public get _listenerPort(): number {
    return this.port ?? DEFAULT_PORT;
  }
}

function checkedServiceName(where: string, serviceName: string | undefined): string {
  if (serviceName === undefined) {
    throw new ConfigurationError(`serviceName ${where} is missing, but it says which database of the host is meant; write for example serviceName: 'ORCLPDB1'`);
  }
  if (!Token.isUnresolved(serviceName) && !/^[A-Za-z0-9][A-Za-z0-9._$#-]{0,127}$/.test(serviceName)) {
    throw new ConfigurationError(`serviceName ${where} is '${serviceName}', but a service name or SID is allowed, without host and port; write for example 'ORCLPDB1'`);
  }
  return serviceName;
}

function checkedHost(where: string, host: string | undefined): string | undefined {
  if (host !== undefined && !Token.isUnresolved(host) && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(host)) {
    throw new ConfigurationError(`host ${where} is '${host}', but a host name or an IPv4 address is allowed, without protocol and port; write for example 'oracle.example.com'`);
  }
  return host;
}

function checkedPort(where: string, port: number | undefined): number | undefined {
  if (port !== undefined && !Token.isUnresolved(port) && (!Number.isInteger(port) || port < 1 || port > 65535)) {
    throw new ConfigurationError(`port ${where} is ${port}, but a whole number from 1 to 65535 is allowed; write for example 1521`);
  }
  return port;
}

function checkedNumberScale(scale: number): number {
  if (!Token.isUnresolved(scale) && (!Number.isInteger(scale) || scale < 0 || scale > MOST_SCALE)) {
    throw new ConfigurationError(`numberScale of OracleSource.fromSecret is ${scale}, but whole numbers from 0 to ${MOST_SCALE} are allowed, which Redshift's NUMERIC has; write for example 20`);
  }
  return scale;
}

/** DMS takes names in any letter case, and a later attribute for an earlier one. */
function refuseOwn(name: string): void {
  const own = [...Object.keys(OWN_ATTRIBUTES), ...Object.keys(OWN_SETTINGS)].find((known) => known.toLowerCase() === name.toLowerCase());
  if (own !== undefined) {
    const instead = OWN_SETTINGS[own] ? `use the option ${OWN_SETTINGS[own]}` : 'leave it out';
    throw new ConfigurationError(`extraConnectionAttributes of OracleSource.fromSecret has '${name}', which is set by the construct, since the merge relies on it; ${instead}`);
  }
}

/** The construct's attributes, then the user's. */
function attributesWith(extra = ''): string {
  const given = extra.split(';').map((attribute) => attribute.trim()).filter((attribute) => attribute !== '');
  for (const attribute of given) {
    const [name, ...value] = attribute.split('=');
    if (Token.isUnresolved(attribute)) {
      continue;
    }
    if (value.length === 0 || name.trim() === '') {
      throw new ConfigurationError("extraConnectionAttributes of OracleSource.fromSecret has a part without '=', but names with values are allowed; write for example 'archivedLogsOnly=Y;retryInterval=10'");
    }
    if (/password|pwd|secret|securityDbEncryption$/i.test(name)) {
      throw new ConfigurationError(`extraConnectionAttributes of OracleSource.fromSecret has '${name.trim()}', but a template is no place for a password; use a secret that DMS reads itself`);
    }
    refuseOwn(name.trim());
  }
  return [...Object.entries(OWN_ATTRIBUTES).map(([name, value]) => `${name}=${value}`), ...given].join(';');
}
