export const sparseReferences = {};
