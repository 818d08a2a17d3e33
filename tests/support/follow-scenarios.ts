// Runs in a page or another runtime.
import { type Course, type Followed, follow } from './event-source-runner';

/** Connections to one host that browsers allow at a time, in HTTP/1.1. */
const AT_A_TIME = 6;

/** Follows the scenarios of this server as this reader; as JSON, with an error's text where one came to no end. */
export async function followScenarios(
  Source: new (url: string) => EventSource,
  reader: string,
  origin: string,
): Promise<string> {
  const courses = (await (await fetch(`${origin}/courses`)).json()) as Course[];
  const followed: (Followed | string)[] = [];
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < courses.length; n = next++) {
      const base = `${origin}/scenario/${reader}/${n}`;
      followed[n] = await follow(Source, base, courses[n] as Course).catch(String);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return JSON.stringify(followed);
}
