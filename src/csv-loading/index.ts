export * from './loader-notification';
export * from './loader-props';
export * from './row-error-policy';
export * from './schema-evolving-csv-loader';
