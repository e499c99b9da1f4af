// The APPSYNC_JS resolver of every GraphQL field: on a NONE source it hands the arguments back as the result.

export function request(ctx) {
  return { payload: ctx.args };
}

export function response(ctx) {
  return ctx.result;
}
