import { IConstruct } from 'constructs';

/**
 * A construct has props that cannot work; thrown when the app is synthesized.
 *
 * Messages name the prop, its value, what is allowed and what to do.
 */
export class ConfigurationError extends Error {
  constructor(message: string, scope?: IConstruct) {
    super(scope ? `[${scope.node.path}] ${message}` : message);
    this.name = 'ConfigurationError';
  }
}
