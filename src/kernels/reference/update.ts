export const updateReferences = {};
