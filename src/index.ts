export * from './csv';
export * from './csv-loading';
export * from './dispatch';
export * from './quality';
export * from './replication';
export * from './warehouse';
