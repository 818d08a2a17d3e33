/**
 * One end of a stream, as a part of this bench: the server's, or the client's. A part brings its workloads, its
 * participants, and the way in which a participant is run; turns, ratios and reports are the same for all.
 *
 * @typedef {object} Part
 * @property {string} name of its folder, and for `--part`
 * @property {string} title
 * @property {string} about a paragraph for the report: what is measured, in which process
 * @property {readonly Workload[]} workloads
 * @property {readonly Participant[]} participants the first is ours, to which the others are compared
 * @property {readonly Target[]} targets
 * @property {number} [warmUp] events after which engines have compiled all that they will, which are not counted
 * @property {readonly string[]} builds packages that have to be built, such as `server-node`
 * @property {(run: Run) => Promise<Side>} start starts one participant on one workload, in a process of its own
 */

/**
 * @typedef {object} Workload
 * @property {string} name for `--only`, and in the JSON
 * @property {string} title in the tables
 * @property {number} events in one round
 */

/**
 * @typedef {object} Participant
 * @property {string} name for `--only`, and in the tables
 * @property {'ours' | 'peer' | 'floor'} role
 * @property {string} note how it is driven
 * @property {string} [dependency] the package whose version is told
 * @property {'node' | 'bun' | 'deno' | 'chromium'} [runtime] default `node`, of each version that is measured
 * @property {readonly string[]} [workloads] those that it can do; default: all
 */

/**
 * The most that one participant may take, as a share of another.
 *
 * @typedef {object} Target
 * @property {string} workload
 * @property {string} of a participant of ours
 * @property {string} to another participant, or `best peer`: the one that takes the least on this workload
 * @property {number} most
 */

/** @typedef {{ participant: Participant, workload: Workload, node: string }} Run `node`: the path of its Node */

/**
 * A participant on a workload, in its process.
 *
 * @typedef {object} Side
 * @property {() => Promise<Sample>} round does the workload once. Rejects where an event is missing.
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} Sample
 * @property {number} cpu microseconds of the whole process, user and system, for one event; in a page by the clock
 * @property {readonly number[]} [delays] milliseconds from an event's origin to its arrival, one for each event
 */

export {};
