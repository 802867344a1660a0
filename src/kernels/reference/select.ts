export const selectReferences = {};
