import * as z from 'zod';

/**
 * An object of a message or a document. Fields that it doesn't know are kept, since another release may have written
 * them: that before an update, or that after one that was rolled back. The type has only the fields that are known.
 */
export function storedObject<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strip> {
	return z.looseObject(shape) as unknown as z.ZodObject<Shape, z.core.$strip>;
}
