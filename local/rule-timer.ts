import { Cron } from 'croner';

const unitSeconds: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** Seconds between two events of `rate(5 minutes)`; undefined for any other expression. */
export function rateSeconds(expression: string): number | undefined {
	const found = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
	return found ? Number(found[1]) * (unitSeconds[found[2] as string] as number) : undefined;
}

/**
 * An EventBridge `cron(minutes hours day-of-month month day-of-week year)` as the pattern that `croner` reads:
 * seconds come first, and days of the week count from Sunday = 0 instead of 1. Undefined for any other expression.
 */
export function cronPattern(expression: string): string | undefined {
	const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression)?.slice(1);
	if (!fields) return undefined;
	const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
	const weekday = dayOfWeek.replace(/(?<!#)\b[1-7]\b/g, day => String(Number(day) - 1));
	return ['0', minute, hour, dayOfMonth, month, weekday, year].join(' ');
}

/**
 * Calls `fire` on a schedule of EventBridge: `rate(...)`, `cron(...)`, or once `at(...)`.
 * @param timeZone of `cron` and `at`
 * @returns a function that stops it
 * @throws Error for any other expression
 */
export function startTimer(expression: string, timeZone: string, fire: (time: Date) => void): () => void {
	const seconds = rateSeconds(expression);
	if (seconds !== undefined) {
		const timer = setInterval(() => fire(new Date()), seconds * 1000);
		return () => clearInterval(timer);
	}
	const pattern = cronPattern(expression) ?? /^at\((\S+)\)$/.exec(expression)?.[1];
	if (!pattern) throw new Error(`The local stack can't run the schedule ${JSON.stringify(expression)}`);
	const job = new Cron(pattern, { timezone: timeZone }, () => fire(new Date()));
	return () => job.stop();
}

/** The event that a rule invokes its target with, unless the target has an input of its own. */
export function ruleEvent(rule: { arn: string; region: string; accountId: string }, time: Date): object {
	return {
		version: '0',
		id: crypto.randomUUID(),
		'detail-type': 'Scheduled Event',
		source: 'aws.events',
		account: rule.accountId,
		time: withoutFraction(time),
		region: rule.region,
		resources: [rule.arn],
		detail: {},
	};
}

/** The input of a target of EventBridge Scheduler, with its time filled in. */
export function scheduleInput(input: string, time: Date): unknown {
	return JSON.parse(input.replaceAll('<aws.scheduler.scheduled-time>', withoutFraction(time)));
}

const withoutFraction = (time: Date): string => time.toISOString().replace(/\.\d+Z/, 'Z');
