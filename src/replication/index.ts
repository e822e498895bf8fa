export * from './oracle-source';
export * from './oracle-to-redshift-replication';
export * from './replication-capacity';
export * from './replication-file-format';
export * from './replication-mode';
export * from './replication-props';
