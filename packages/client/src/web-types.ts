/**
 * Types of the platform that only the DOM's declarations name, for compilers that have Node's or a worker's
 * instead.
 */

/** BodyInit. */
export type RequestBody = NonNullable<RequestInit['body']>;

/** RequestCredentials. */
export type CredentialsMode = 'omit' | 'same-origin' | 'include';

/** HeadersInit. */
export type HeadersSource = NonNullable<RequestInit['headers']>;

/** EventListenerOptions. */
export interface ListenerOptions {
  capture?: boolean;
}

/** AddEventListenerOptions. */
export interface AddListenerOptions extends ListenerOptions {
  once?: boolean;
  passive?: boolean;
  signal?: AbortSignal;
}

/** EventListenerOrEventListenerObject. */
export type AnyListener = ((event: Event) => void) | { handleEvent(event: Event): void };
