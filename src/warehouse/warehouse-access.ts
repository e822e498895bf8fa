/** What a grantee may do in a warehouse. */
export enum WarehouseAccess {
  /** Read the tables of the schemas that the app uses: the database role `cdp_reader`. */
  READ = 'READ',

  /** Read, write, create, alter and drop tables of the schemas that the app uses: the database role `cdp_writer`. */
  WRITE = 'WRITE',
}
