export const normReferences = {};
