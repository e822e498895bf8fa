export * from './redshift-connection';
export * from './redshift-warehouse';
export * from './redshift-warehouse-attributes';
export * from './redshift-warehouse-ref';
export * from './schema-contract';
export * from './warehouse-access';
