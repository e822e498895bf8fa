export * from './data-quality-gate';
export * from './data-quality-rule';
export * from './data-quality-rules';
export * from './gate-props';
export * from './reference-data';
export * from './rule-options';
export * from './rule-severity';
