import { TablePattern, TableSelection, textOf } from './table-patterns';

/** The column that orders changes; `customer_data.replication` reads it. */
export const CHANGE_SEQUENCE_COLUMN = 'cdp_change_seq';

/** What the columns start with that have a key's values before a change. */
export const BEFORE_IMAGE_PREFIX = 'BI_';

const EVERY_TABLE = { 'schema-name': '%', 'table-name': '%' };

/**
 * The table mappings (DMS user guide, "Specifying table selection and transformations rules using JSON"): which tables, and in each the order of
 * changes and the key before a change.
 */
export function tableMappings({ include, exclude }: TableSelection): object {
  return {
    rules: [
      ...include.map((pattern) => selection('include', pattern)),
      ...exclude.map((pattern) => selection('exclude', pattern)),
      {
        'rule-type': 'transformation',
        'rule-target': 'column',
        'object-locator': EVERY_TABLE,
        'rule-action': 'add-column',
        'value': CHANGE_SEQUENCE_COLUMN,
        // Times of Oracle are of a second, and several transactions share a number of the system: only this orders changes (ibid., "Replication task headers").
        'expression': '$AR_H_CHANGE_SEQ',
        'data-type': { type: 'string', length: 50 },
      },
      {
        // A change of a key comes with the new key only: without the old one its row would stay.
        'rule-type': 'transformation',
        'rule-target': 'column',
        'object-locator': EVERY_TABLE,
        'rule-action': 'add-before-image-columns',
        'before-image-def': { 'column-prefix': BEFORE_IMAGE_PREFIX, 'column-suffix': '', 'column-filter': 'pk-only' },
      },
    ].map((rule, index) => ({ 'rule-id': String(index + 1), 'rule-name': String(index + 1), ...rule })),
  };
}

function selection(action: 'include' | 'exclude', { schema, table }: TablePattern): object {
  return {
    'rule-type': 'selection',
    'rule-name': `${action} ${textOf({ schema, table })}`.replace(/[^A-Za-z0-9_ .-]/g, '-'),
    'object-locator': { 'schema-name': schema, 'table-name': table },
    'rule-action': action,
    'filters': [],
  };
}
