import { Cron } from 'croner';
import type { LocalFunction } from './lambda/function.ts';

const unitSeconds: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** Seconds between two events of `rate(5 minutes)`; undefined for any other expression. */
export function rateSeconds(expression: string): number | undefined {
	const found = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
	return found ? Number(found[1]) * (unitSeconds[found[2] as string] as number) : undefined;
}

/**
 * An EventBridge `cron(minutes hours day-of-month month day-of-week year)` as the pattern that `croner` reads:
 * seconds come first, and days of the week count from Sunday = 0 instead of 1.
 */
export function cronPattern(expression: string): string | undefined {
	const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression)?.slice(1);
	if (!fields) return undefined;
	const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
	const weekday = dayOfWeek.replace(/(?<!#)\b[1-7]\b/g, day => String(Number(day) - 1));
	return ['0', minute, hour, dayOfMonth, month, weekday, year].join(' ');
}

/**
 * Invokes a function on the schedule of an EventBridge rule, with the same event.
 * @returns a function that stops it
 * @throws Error for an expression that is neither `rate(...)` nor `cron(...)`
 */
export function startRule(
	rule: { arn: string; expression: string; input?: unknown; region: string; accountId: string },
	worker: LocalFunction,
): () => void {
	const fire = () => {
		const event = rule.input ?? {
			version: '0',
			id: crypto.randomUUID(),
			'detail-type': 'Scheduled Event',
			source: 'aws.events',
			account: rule.accountId,
			time: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
			region: rule.region,
			resources: [rule.arn],
			detail: {},
		};
		// A failed invocation is in the function's log; the schedule continues.
		worker.invoke(event).catch(() => {});
	};
	const seconds = rateSeconds(rule.expression);
	if (seconds !== undefined) {
		const timer = setInterval(fire, seconds * 1000);
		return () => clearInterval(timer);
	}
	const pattern = cronPattern(rule.expression);
	if (!pattern) throw new Error(`The local stack can't run the schedule ${JSON.stringify(rule.expression)}`);
	const job = new Cron(pattern, { timezone: 'UTC' }, fire);
	return () => job.stop();
}
