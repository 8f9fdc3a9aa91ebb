import * as z from 'zod';
import { badRequest } from './api-error.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The fields that every list request may have. */
export const listing = {
	filter: z
		.array(z.object({ field: z.string(), operator: z.string().default('='), value: z.union([value, z.array(value)]) }))
		.nullish(),
	sort: z.string().nullish(),
	sort_order: z.enum(['asc', 'desc']).nullish(),
	page: z.number().int().positive().nullish(),
	per_page: z.number().int().positive().nullish(),
	perPage: z.number().int().positive().nullish(),
};

const listingSchema = z.object(listing);
export type Listing = z.infer<typeof listingSchema>;

type Scalar = z.infer<typeof value>;
type Row = { id: number };

const defaultPage = 500;
const largestPage = 20_000;

/**
 * One page of `rows` (which come in order of id), as Supervisely's lists answer.
 * @throws ApiError 400 for a field or an operator that does not exist.
 */
export function listPage<R extends Row>(rows: R[], request: Listing, render: (row: R) => unknown): unknown {
	const tests = (request.filter ?? []).map(each => rowTest<R>(each));
	const found = tests.length > 0 ? rows.filter(row => tests.every(test => test(row))) : rows;
	const sorted = sort(found, request.sort ?? 'id', request.sort_order ?? 'asc');
	const perPage = Math.min(request.per_page ?? request.perPage ?? defaultPage, largestPage);
	const start = ((request.page ?? 1) - 1) * perPage;
	return {
		total: sorted.length,
		perPage,
		pagesCount: Math.max(1, Math.ceil(sorted.length / perPage)),
		entities: sorted.slice(start, start + perPage).map(render),
	};
}

function rowTest<R extends Row>(filter: {
	field: string;
	operator: string;
	value: Scalar | Scalar[];
}): (row: R) => boolean {
	const read = (row: R) => scalarField(row, filter.field);
	const set = new Set(Array.isArray(filter.value) ? filter.value : [filter.value]);
	const bound = Array.isArray(filter.value) ? null : filter.value;
	switch (filter.operator) {
		case '=':
		case 'eq':
		case 'in':
			return row => set.has(read(row));
		case '!=':
		case 'not':
		case '!in':
			return row => !set.has(read(row));
		case '>':
		case 'gt':
			return row => order(read(row), bound) > 0;
		case '>=':
		case 'gte':
			return row => order(read(row), bound) >= 0;
		case '<':
		case 'lt':
			return row => order(read(row), bound) < 0;
		case '<=':
		case 'lte':
			return row => order(read(row), bound) <= 0;
		default:
			throw badRequest(`Unknown filter operator ${JSON.stringify(filter.operator)}`);
	}
}

function sort<R extends Row>(rows: R[], field: string, direction: 'asc' | 'desc'): R[] {
	if (field === 'id' && direction === 'asc') return rows;
	const sign = direction === 'asc' ? 1 : -1;
	return rows.toSorted((a, b) => sign * order(scalarField(a, field), scalarField(b, field)) || a.id - b.id);
}

/** Below, equal to or above 0; NaN where two values cannot be compared, so that no comparison holds. */
function order(a: Scalar, b: Scalar): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
	return Number.NaN;
}

function scalarField(row: Row, field: string): Scalar {
	const found = Object.hasOwn(row, field) ? (row as Record<string, unknown>)[field] : undefined;
	const parsed = value.safeParse(found);
	if (!parsed.success) throw badRequest(`Unknown filter or sort field ${JSON.stringify(field)}`);
	return parsed.data;
}
