import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { badRequest } from './api-error.ts';
import { jsonReply, type Reply } from './reply.ts';

/** A request on its way to an endpoint. */
export type Exchange = {
	request: IncomingMessage;
	/** The JSON body, or the query of a GET. */
	json: () => Promise<unknown>;
	/** The raw body, for endpoints that do not take JSON. */
	stream: () => Readable;
	/** False when this request is to be treated as by a server without range requests. */
	ranges: boolean;
};

/** Answers one kind of request, or throws ApiError. */
export type Endpoint = (exchange: Exchange) => Promise<Reply>;

/** Endpoints by method name, as in the path. */
export type Endpoints = Record<string, Endpoint>;

/** An endpoint that takes JSON of a given shape and answers with JSON; it refuses JSON of another shape with 400. */
export function jsonEndpoint<Shape extends z.ZodType>(
	shape: Shape,
	answer: (body: z.infer<Shape>) => unknown | Promise<unknown>,
): Endpoint {
	return replyEndpoint(shape, async body => jsonReply(await answer(body)));
}

/** An endpoint that takes JSON of a given shape and makes its own reply. */
export function replyEndpoint<Shape extends z.ZodType>(
	shape: Shape,
	answer: (body: z.infer<Shape>, exchange: Exchange) => Reply | Promise<Reply>,
): Endpoint {
	return async exchange => answer(parse(shape, await exchange.json()), exchange);
}

/** Parses input from outside. @throws ApiError 400 that names the first field that is wrong. */
export function parse<Shape extends z.ZodType>(shape: Shape, input: unknown): z.infer<Shape> {
	const result = shape.safeParse(input);
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	throw badRequest(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is wrong'}`);
}

/** The id of an entity. */
export const id = z.number().int().positive();

/** The body of a request for one entity. */
export const byId = z.object({ id });
