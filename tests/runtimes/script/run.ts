import { encodeCases } from './encode-cases';
import { parseCases } from './parse-cases';
import { type Report, sum } from './report';
import { roundTrips } from './round-trips';

/** All conformance cases and the round trips, with nothing but what every runtime has. */
export async function run(): Promise<Report> {
  return { cases: sum([await parseCases(), await encodeCases()]), roundTrips: await roundTrips() };
}
