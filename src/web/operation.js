// @ts-check
// The operations of the WebAssembly handle, numbered as in `handle.rs`, where their arguments are written down.
export const DECLARE = 0;
export const CONFIGURE = 1;
export const DECIDE = 2;
export const BEGIN = 3;
export const LOGIN = 4;
export const START_EXCHANGE = 5;
export const REQUEST = 6;
export const ANSWERED = 7;
export const FAILED = 8;
export const OBSERVE = 9;
export const ACCEPT = 10;
export const CREDENTIALS = 11;
export const CHANGE_LOGINS = 12;
export const SIGN_OUT = 13;
export const CHECK = 14;
export const SIGN = 15;
export const STS_URL = 16;
export const CALLER = 17;
export const REFUSE_GRAPHQL = 18;
export const CLOCK = 19;
export const ALLOW = 20;
export const PRESIGN = 21;
export const CLASSIC_FLOW = 22;
export const IDENTITY = 23;
export const REMEMBER = 24;
