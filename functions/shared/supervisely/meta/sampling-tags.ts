/** The tags that sampling adds to the destination, with fixed colours. */
const common = { hotkey: '', applicable_type: 'objectsOnly', classes: [], target_type: 'all' };

/** On every label: the id of its video object. */
export const objectIdTag = { name: 'object_id', value_type: 'any_number', color: '#8A5B0F', ...common } as const;

/** Tag for labels whose figure was created by a tracker. */
export const autoTrackedTag = { name: 'auto-tracked', value_type: 'none', color: '#5A0F8A', ...common } as const;

export const samplingTags = [objectIdTag, autoTrackedTag];
