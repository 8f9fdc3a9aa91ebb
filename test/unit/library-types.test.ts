import { expectTypeOf, test } from 'vitest';
import type { SamplingFault, SamplingResult, SamplingSettings } from '#library/index.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import type { Fault, Summary } from '#shared/sampling/summary.ts';

/** All fields, each with the values that may be given for it. */
type Given<T> = { [Name in keyof T]-?: Exclude<T[Name], undefined> };

test('the settings of the library are those of the HTTP API, and its results those of a sampling', () => {
	expectTypeOf<Given<SamplingSettings>>().toEqualTypeOf<Given<SettingsInput>>();
	expectTypeOf<SamplingFault>().toEqualTypeOf<Fault>();
	expectTypeOf<Omit<SamplingResult, 'destination'>>().toEqualTypeOf<Summary>();
});
