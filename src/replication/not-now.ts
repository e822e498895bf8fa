/** DMS's answers that mean "not in this state", such as while a configuration is being modified: false for these. */
export async function unlessNotNow(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof Error && ['InvalidResourceStateFault', 'ResourceNotFoundFault'].includes(error.name)) {
      console.info(JSON.stringify({ message: 'not now', reason: error.message }));
      return false;
    }
    throw error;
  }
}
