export const attentionReferences = {};
