/**
 * Makes the lasting connections of a client, which loads this module by its option `realtime`
 * ({@link ClientOptions.realtime}). Nobody else needs it.
 *
 * @internal
 */
export declare function connect(page: object): Promise<object>;
