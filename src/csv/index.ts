export * from './csv-format';
