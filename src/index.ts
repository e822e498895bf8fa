export * from './csv-loading';
export * from './dispatch';
export * from './warehouse';
