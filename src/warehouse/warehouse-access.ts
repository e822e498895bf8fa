/** What a grantee may do in a warehouse. */
export class WarehouseAccess {
  /** Read the tables of the schemas that the app uses. */
  public static readonly READ = new WarehouseAccess('READ', 'cdp_reader');

  /** Read, write, create, alter and drop tables of the schemas that the app uses. */
  public static readonly WRITE = new WarehouseAccess('WRITE', 'cdp_writer');

  private constructor(
    /** Name of the access. */
    public readonly name: string,
    /** The database role that holds the rights. */
    public readonly databaseRole: string,
  ) {}
}
