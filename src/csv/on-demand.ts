import { OnDemandArguments } from '../dispatch/run-kinds';

/** What people may ask of a job that takes CSV files. */
export const CSV_ON_DEMAND: OnDemandArguments = { plan: '--plan', replay: '--replay' };
