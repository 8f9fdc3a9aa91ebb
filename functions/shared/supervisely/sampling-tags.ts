/** The tags that sampling adds to the destination, with colours that are always the same. */
const common = { hotkey: '', applicable_type: 'objectsOnly', classes: [], target_type: 'all' };

/** On every label: the id of the object of the video that it shows. */
export const objectIdTag = { name: 'object_id', value_type: 'any_number', color: '#8A5B0F', ...common } as const;

/** On labels whose figure a tracker made. */
export const autoTrackedTag = { name: 'auto-tracked', value_type: 'none', color: '#5A0F8A', ...common } as const;

export const samplingTags = [objectIdTag, autoTrackedTag];
