/** An element of a list. @throws RangeError when there is none at this index */
export function at<Item>(items: ArrayLike<Item>, index: number): Item {
	if (!Number.isInteger(index) || index < 0 || index >= items.length)
		throw new RangeError(`There is no element ${index} in a list of ${items.length}`);
	return items[index] as Item;
}
