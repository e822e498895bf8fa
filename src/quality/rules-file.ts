import { statSync } from 'fs';
import * as path from 'path';
import { ConfigurationError } from '../errors';

const MOST_BYTES = 1024 * 1024;

/** A file with rules on the machine that synthesizes the app. */
export class RulesFile {
  /** Throws ConfigurationError unless the file is there and has a size that rules have. */
  public static at(file: string): RulesFile {
    const absolute = path.resolve(file);
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (!found) {
      throw new ConfigurationError(`the rules file is '${file}', but there is no file '${absolute}'; relative paths start at the directory in which the app is run`);
    }
    if (!found.isFile()) {
      throw new ConfigurationError(`the rules file is '${file}', but '${absolute}' is no regular file; name the Python file itself`);
    }
    if (found.size === 0 || found.size > MOST_BYTES) {
      throw new ConfigurationError(`the rules file '${absolute}' has ${found.size} bytes, but 1 to ${MOST_BYTES} are allowed; write rules to it, and keep data in a file for DataQualityRule.foreignKey`);
    }
    return new RulesFile(absolute);
  }

  private constructor(public readonly absolutePath: string) {}

  /** What the file is called in the messages of the job. */
  public get name(): string {
    return path.basename(this.absolutePath);
  }
}
