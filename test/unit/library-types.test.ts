import { expectTypeOf, test } from 'vitest';
import type { SamplingEstimate, SamplingFault, SamplingResult, SamplingSettings } from '#library/index.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import type { Fault, Summary } from '#shared/sampling/summary.ts';
import type { Estimate } from '../../functions/api/schemas.ts';

/** All fields, each with the values that may be given for it. */
type Given<T> = { [Name in keyof T]-?: Exclude<T[Name], undefined> };

test('settings and results of the library have the types of the HTTP API', () => {
	expectTypeOf<Given<SamplingSettings>>().toEqualTypeOf<Given<SettingsInput>>();
	expectTypeOf<SamplingFault>().toEqualTypeOf<Fault>();
	expectTypeOf<Omit<SamplingResult, 'destination'>>().toEqualTypeOf<Summary>();
	expectTypeOf<Estimate>().toExtend<SamplingEstimate>();
});
