import { WarehouseAccess } from './warehouse-access';

/** The database role that holds the rights of each access. */
export const DATABASE_ROLES: Record<WarehouseAccess, string> = {
  [WarehouseAccess.READ]: 'cdp_reader',
  [WarehouseAccess.WRITE]: 'cdp_writer',
};
