import { IConstruct } from 'constructs';

/**
 * A construct was given props that cannot work; thrown when the app is synthesized.
 *
 * Messages name the prop, the value got, what is allowed and what to do.
 */
export class ConfigurationError extends Error {
  constructor(message: string, scope?: IConstruct) {
    super(scope ? `[${scope.node.path}] ${message}` : message);
    this.name = 'ConfigurationError';
  }
}
