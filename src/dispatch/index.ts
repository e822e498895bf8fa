export * from './glue-capacity';
