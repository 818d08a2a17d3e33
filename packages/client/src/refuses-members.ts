/** What a fetch says that refuses members of RequestInit, as on Workers and React Native, and does not say which. */
export const REFUSES_MEMBERS = /RequestInit|not implemented|unsupported|unknown/i;
