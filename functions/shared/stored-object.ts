import * as z from 'zod';

/**
 * An object of a message or a document. Unknown fields are kept, since another release may have written them: the one
 * before an update, or a later one whose update was rolled back. The type has only the known fields.
 */
export function storedObject<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strip> {
	return z.looseObject(shape) as unknown as z.ZodObject<Shape, z.core.$strip>;
}
