import { connecting } from './connect';
import { encodeCases } from './encode-cases';
import { eventSource } from './event-source';
import { parseCases } from './parse-cases';
import { type Report, sum } from './report';
import { roundTrips } from './round-trips';

/** All conformance cases, the round trips, connect() and EventSource, with nothing but what every runtime has. */
export async function run(): Promise<Report> {
  return {
    cases: sum([await parseCases(), await encodeCases()]),
    roundTrips: await roundTrips(),
    connecting: await connecting(),
    eventSource: await eventSource(),
  };
}
